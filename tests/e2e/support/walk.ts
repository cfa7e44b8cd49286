/**
 * A walk past everything that there is to look at: each part goes from state to state and gives the name of the one
 * that is on the screen. Whoever walks looks at each in their own way: with axe, with a camera, for words that no
 * catalogue has. A new state of the studio belongs here, and is looked at in all of these ways.
 */
import type { BrowserContext, Page } from "playwright-core";
import type { Client } from "./client.ts";
import type { StudioPage } from "./studio-page.ts";
import { until } from "./until.ts";
import { atAccount, atBounds, atMenu } from "./walk-account.ts";
import type { Words } from "./words.ts";

export type Walk = {
  page: Page;
  studio: StudioPage;
  context: BrowserContext;
  words: Words;
  /** Whoever is on the page, over the API. */
  client: Client;
  prompts: Prompts;
  /** Makes more pictures for the gallery than the walk itself needs. */
  makeMore?: () => Promise<void>;
  /** What to write so that Skytells does this with it. */
  fated: (prompt: string, ...moods: string[]) => string | Promise<string>;
};

/** What the browser says to some of these states: for Chromium an answer that refuses is an error. */
export const SAID_BY_THE_WAY = /status of (401|403|404|422|429|50[234])|net::ERR_|WebSocket connection/;

/** What is asked for on the way. */
export const PROMPTS = {
  landed: "Two herons at a lock",
  several: "A ferry at dusk",
  failed: "A bridge that was never built",
  refused: "A prompt that nobody makes",
  rejected: "A prompt that nobody understands",
  running: "A greenhouse on the moon",
  waiting: "A tram in the snow",
  offline: "مدينة في الصحراء عند الغروب",
  lost: "A bottle on a beach, with a letter in it",
};
export type Prompts = { [Name in keyof typeof PROMPTS]: string };

/** Where others use the same simulator: the prompt itself says what is to become of it. */
export const inPrompt = (prompt: string, ...moods: string[]) =>
  moods.length > 0 ? `[mood:${moods.join()}] ${prompt}` : prompt;

export type States = AsyncGenerator<string, void>;

/** All of it, by somebody who comes as a stranger and goes as a guest of their own pictures. */
export async function* walkPast(walk: Walk): States {
  const { context, client, prompts } = walk;
  yield* asStranger(walk);
  await context.request.post("/api/auth/dev", { data: { email: client.email } });
  yield* asNewcomer(walk);
  await walk.makeMore?.();
  const several = await walk.fated(prompts.several, "output-many");
  const { id } = await client.makes(several);
  await client.call("PATCH", `/api/generations/${id}`, { favorite: true });
  yield* atBounds(walk);
  yield* atWork(walk);
  yield* atMenu(walk);
  yield* atAccount(walk);
  yield* inGallery(walk);
  yield* atPicture(walk, several);
  yield* asGuest(walk, id);
}

/** Before anybody has signed in. */
async function* asStranger({ page, studio, words }: Walk): States {
  const { account, text, later, making, pictureText } = words;
  await studio.open();
  await page.getByText(text.tryOne).waitFor();
  yield "first visit";
  await studio.prompt.fill("…");
  await studio.button(text.options).click();
  await page.getByRole("textbox", { name: making.seed }).waitFor();
  await page.getByText("16:9", { exact: true }).click();
  await page.getByRole("button", { name: making.seedDraw }).click();
  yield "typing, options open";
  await page.keyboard.press("Escape");
  await studio.prompt.fill("… ".repeat(251));
  yield "a prompt that is too long";
  await studio.generate("…");
  await studio.signInDialog.waitFor();
  yield "sign-in";
  await page.keyboard.press("Escape");
  await studio.button(text.account).click();
  await page.getByText(later.signedOut).waitFor();
  yield "account menu, signed out";
  await studio.open("/gallery");
  await page.getByRole("heading", { name: pictureText.signIn }).waitFor();
  yield "gallery, signed out";
  await studio.open("/account");
  await page.getByRole("heading", { name: account.signIn }).waitFor();
  yield "account, signed out";
  for (const farewell of ["deleted", "suspended"] as const) {
    await page.evaluate((state) => history.replaceState(state, ""), { farewell });
    await page.reload();
    await page.getByRole("heading", { name: account.farewells[farewell].title }).waitFor();
    yield `account, ${farewell}`;
  }
  // An address that is also a name of every object's.
  await page.goto("/constructor");
  await page.getByText(later.pageMissing).waitFor();
  yield "no such page";
}

/** Signed in, with nothing made yet. */
async function* asNewcomer({ page, studio, words: { pictureText } }: Walk): States {
  await studio.open("/gallery");
  await page.getByText(pictureText.emptyWhy).waitFor();
  yield "gallery, empty";
}

/** What becomes of a click on Generate. The user's place is taken at the end. */
async function* atWork(walk: Walk): States {
  const { page, studio, context, words, client, prompts, fated } = walk;
  const { text, making, problems, failures } = words;
  await studio.open();
  const landed = await fated(prompts.landed);
  const waiting = await fated(prompts.waiting);
  const offline = await fated(prompts.offline);
  await studio.generate(landed);
  await studio.seesPicture(landed);
  yield "landed";

  const running = await fated(prompts.running, "stuck");
  await studio.generate(running);
  await studio.working(running).getByText(making.processing).waitFor();
  await studio.generate(waiting);
  await studio.waiting(waiting).waitFor();
  yield "in flight, another up next";
  await page.getByRole("button", { name: making.removeWaiting(waiting) }).click();
  await studio.working(running).getByRole("button", { name: making.cancel }).click();
  await studio.card(running).getByText(making.canceled).waitFor();
  await client.isIdle();

  const endings = [
    [prompts.failed, "failed", failures.upstream_failed],
    [prompts.refused, "refused", problems.content_policy],
    [prompts.rejected, "create-400", problems.upstream_rejected],
  ] as const;
  for (const [words, mood, sentence] of endings) {
    const prompt = await fated(words, mood);
    await studio.generate(prompt);
    await studio.card(prompt).getByText(sentence).waitFor();
    await client.isIdle();
  }
  yield "no picture, for several reasons";
  for (const name of [making.dismiss, making.dismiss])
    await page.getByRole("button", { name }).first().click();

  await context.setOffline(true);
  await page.getByText(text.offline).waitFor();
  await studio.generate(offline);
  await studio.working(offline).getByText(making.cut).waitFor();
  yield "offline";
  await studio.working(offline).getByRole("button", { name: making.cancel }).click();
  await context.setOffline(false);
  await page.getByText(text.offline).waitFor({ state: "detached" });

  const lost = await fated(
    prompts.lost,
    "answer-lost",
    "webhook-lost",
    "webhook-field-absent",
    "input-empty",
  );
  await studio.generate(lost);
  await studio.working(lost).getByText(making.unconfirmed).waitFor();
  yield "unconfirmed";

  await studio.generate(waiting);
  await studio.waiting(waiting).waitFor();
  await ageOrders(page);
  await page.reload();
  await page.getByText(making.asleep).waitFor();
  yield "up next, from an earlier visit";
  await page.getByRole("button", { name: making.removeWaiting(waiting) }).click();
}

/** As if what waits in this browser had been written yesterday. */
function ageOrders(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const [key, kept] of Object.entries(localStorage)) {
      if (!key.startsWith("studio.orders.")) continue;
      const orders = (JSON.parse(kept) as { at: number; state: string }[]).map((order) =>
        order.state === "waiting" ? { ...order, at: order.at - 20 * 3_600_000 } : order,
      );
      localStorage.setItem(key, JSON.stringify(orders));
    }
  });
}

/** Looking through what was made, of which at least two are pictures. */
async function* inGallery({ page, studio, words: { pictureText, failures } }: Walk): States {
  const list = /\/api\/generations\?/;
  const tiles = page.getByRole("list", { name: pictureText.title }).getByRole("checkbox");
  await page.route(list, () => {});
  await studio.open("/gallery");
  await page.locator(".tile.shimmer").first().waitFor();
  yield "gallery, loading";
  await page.unroute(list);
  await page.route(list, (route) => route.abort());
  await page.reload();
  await page.getByRole("alert").waitFor();
  yield "gallery, out of reach";
  await page.unroute(list);

  await studio.open("/gallery");
  await arePicturesDrawn(page);
  yield "gallery";
  await studio.button(pictureText.filter).click();
  yield "gallery, filter menu";
  await page.keyboard.press("Escape");
  await studio.button(pictureText.select).click();
  await tiles.nth(0).click();
  await tiles.nth(1).click();
  yield "gallery, selecting";
  await page
    .getByRole("group", { name: pictureText.select })
    .getByRole("button", { name: pictureText.delete })
    .click();
  await page.getByText(pictureText.deleted(2)).waitFor();
  yield "gallery, two deleted";
  await page.getByRole("button", { name: pictureText.undo }).click();
  await studio.open("/gallery?favorite=true&from=2020-01-01");
  await arePicturesDrawn(page);
  yield "gallery, filtered";
  await studio.open("/gallery?status=all");
  await page.getByText(failures.upstream_failed).first().waitFor();
  yield "gallery, with what failed";
  await studio.open("/gallery?q=…");
  await page.getByText(pictureText.nothingFoundWhy).waitFor();
  yield "gallery, no match";
}

/** One picture alone, and its link. */
async function* atPicture({ page, studio, words, client }: Walk, prompt: string): States {
  const { pictureText } = words;
  await studio.open("/gallery");
  await arePicturesDrawn(page);
  const viewer = await studio.openPicture(prompt);
  await arePicturesDrawn(page);
  yield "picture";
  await page.keyboard.press("z");
  yield "picture, zoomed";
  await page.keyboard.press("z");
  await viewer.getByRole("button", { name: pictureText.share }).click();
  await studio.shareDialog.waitFor();
  await studio.shareDialog.getByRole("switch", { name: pictureText.shareOn }).click();
  await studio.shareDialog.getByLabel(pictureText.link, { exact: true }).waitFor();
  yield "share dialog";
  await page.keyboard.press("Escape");
  const { items } = await (await client.call("GET", "/api/generations?status=failed")).json();
  await page.goto(`/g/${items[0].id}`);
  await page.getByRole("heading", { name: words.told.failure("upstream_failed") }).waitFor();
  yield "picture that failed";
  await page.goto("/g/nowhere");
  await page.getByText(pictureText.missingWhy).waitFor();
  yield "no such picture";
}

/** What anybody sees of the picture with this id: pages that the Worker writes, in its own language. */
async function* asGuest({ page, client }: Walk, id: string): States {
  for (const showPrompt of [true, false]) {
    const answer = await client.call("POST", `/api/generations/${id}/share`, { showPrompt });
    await page.goto((await answer.json()).url);
    await arePicturesDrawn(page);
    yield showPrompt ? "shared picture" : "shared picture, its prompt not";
  }
  await client.call("DELETE", `/api/generations/${id}/share`);
  await page.reload();
  await page.getByRole("heading").waitFor();
  yield "shared no more";
}

/** Waits until there are pictures, and all in sight have their pixels. */
export async function arePicturesDrawn(page: Page): Promise<void> {
  await until("the pictures", () =>
    page.evaluate(() => {
      const inSight = [...document.querySelectorAll<HTMLImageElement>("main img, dialog img")].filter(
        (image) => image.getBoundingClientRect().top < innerHeight,
      );
      return inSight.length > 0 && inSight.every((image) => image.complete && image.naturalWidth > 0);
    }),
  );
}

/** Waits until all in sight is decoded, and what fades or slides has arrived; what shimmers never does. */
export async function isAtRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const inSight = [...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight);
    await Promise.allSettled(inSight.map((image) => image.decode()));
    const painted = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const ending = () =>
      document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(Number(effect?.getComputedTiming().endTime)))
        .filter(({ playState }) => playState !== "finished");
    for (await painted(); ending().length > 0; await painted()) {
      await Promise.allSettled(ending().map(({ finished }) => finished));
    }
    await painted();
  });
}
