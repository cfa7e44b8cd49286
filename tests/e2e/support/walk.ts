/**
 * Walks through every state of the studio's screens and yields the name of each. The callers check each state: with
 * axe, with a screenshot, for text that is not in the catalog. Add new states here.
 */
import type { BrowserContext, Page } from "playwright-core";
import type { Client } from "./client.ts";
import type { StudioPage } from "./studio-page.ts";
import { atAccount, atBounds, atMenu } from "./walk-account.ts";
import { atForm } from "./walk-form.ts";
import { asGuest, atImage, inGallery } from "./walk-gallery.ts";
import type { Words } from "./words.ts";

export type Walk = {
  page: Page;
  studio: StudioPage;
  context: BrowserContext;
  words: Words;
  /** The API client of the same user. */
  client: Client;
  prompts: Prompts;
  /** Creates more images than the walk itself needs. */
  makeMore?: () => Promise<void>;
  /** The prompt for which the simulator behaves like this. */
  fated: (prompt: string, ...moods: string[]) => string | Promise<string>;
};

/** What Chromium logs in some of these states: an error response is an error in its console. */
export const EXPECTED_IN_CONSOLE = /status of (401|403|404|422|429|50[234])|net::ERR_|WebSocket connection/;

/** The prompts of the walk. */
export const PROMPTS = {
  landed: "Two herons at a lock",
  several: "A ferry at dusk",
  batch: "A kite over a dike",
  failed: "A bridge that was never built",
  refused: "A prompt that is not allowed",
  rejected: "A prompt that is not accepted",
  running: "A greenhouse on the moon",
  waiting: "A tram in the snow",
  offline: "مدينة في الصحراء عند الغروب",
  lost: "A bottle on a beach, with a letter in it",
};
export type Prompts = { [Name in keyof typeof PROMPTS]: string };

/** For a simulator that other tests share: the prompt contains the moods. */
export const inPrompt = (prompt: string, ...moods: string[]) =>
  moods.length > 0 ? `[mood:${moods.join()}] ${prompt}` : prompt;

export type States = AsyncGenerator<string, void>;

/** All states: signed out, signed in, and the public pages. */
export async function* walkPast(walk: Walk): States {
  const { context, client, prompts } = walk;
  yield* asStranger(walk);
  await context.request.post("/api/auth/dev", { data: { email: client.email } });
  yield* asNewcomer(walk);
  await walk.makeMore?.();
  const several = await walk.fated(prompts.several, "output-many");
  const { id } = await client.makes(several);
  await client.call("PATCH", `/api/generations/${id}`, { favorite: true });
  yield* atForm(walk);
  yield* atBounds(walk);
  yield* atWork(walk);
  yield* atMenu(walk);
  yield* atAccount(walk);
  yield* inGallery(walk);
  yield* atImage(walk, several);
  yield* asGuest(walk, id);
}

/** Signed out. */
async function* asStranger({ page, studio, words }: Walk): States {
  const { accountText, commonText, menuText, signInText, createText, galleryText } = words;
  await studio.open();
  await page.getByText(commonText.tryOne).waitFor();
  yield "first visit";
  await studio.prompt.fill("…");
  await studio.button(commonText.options).click();
  await page.getByRole("textbox", { name: createText.seed }).waitFor();
  await page.getByText("16:9", { exact: true }).click();
  await page.getByRole("button", { name: createText.seedDraw }).click();
  yield "typing, options open";
  await page.keyboard.press("Escape");
  await studio.prompt.fill("… ".repeat(251));
  yield "a prompt that is too long";
  await studio.generate("…");
  await studio.signInDialog.waitFor();
  yield "sign-in";
  await page.keyboard.press("Escape");
  await studio.button(commonText.account).click();
  await page.getByText(menuText.signedOut).waitFor();
  yield "account menu, signed out";
  await studio.open("/gallery");
  await page.getByRole("heading", { name: galleryText.signIn }).waitFor();
  yield "gallery, signed out";
  await studio.open("/account");
  await page.getByRole("heading", { name: accountText.signInTitle }).waitFor();
  yield "account, signed out";
  for (const signOutReason of ["deleted", "suspended"] as const) {
    await page.evaluate((state) => history.replaceState(state, ""), { signOutReason });
    await page.reload();
    await page.getByRole("heading", { name: accountText.signedOut[signOutReason].title }).waitFor();
    yield `account, ${signOutReason}`;
  }
  // A property name that every JavaScript object has.
  await page.goto("/constructor");
  await page.getByText(signInText.pageNotFound).waitFor();
  yield "no such page";
}

/** Signed in, without images. */
async function* asNewcomer({ page, studio, words: { galleryText } }: Walk): States {
  await studio.open("/gallery");
  await page.getByText(galleryText.emptyWhy).waitFor();
  yield "gallery, empty";
}

/** What follows a click on Generate. The user's slot is in use at the end. */
async function* atWork(walk: Walk): States {
  const { page, studio, context, words, client, prompts, fated } = walk;
  const { commonText, createText, errorSentences, failureSentences } = words;
  await studio.open();
  const landed = await fated(prompts.landed);
  const waiting = await fated(prompts.waiting);
  const offline = await fated(prompts.offline);
  await studio.generate(landed);
  await studio.seesImage(landed);
  yield "landed";

  const running = await fated(prompts.running, "stuck");
  await studio.generate(running);
  await studio.working(running).getByText(createText.processing).waitFor();
  await studio.generate(waiting);
  await studio.seesQueued(waiting);
  yield "one in flight, another queued";
  await page.getByRole("button", { name: createText.removeQueued(waiting) }).click();
  await studio.working(running).getByRole("button", { name: createText.cancel }).click();
  await studio.entry(running).getByText(createText.canceled).waitFor();
  await client.isIdle();

  const unstored = await fated(prompts.running, "output-404");
  await studio.generate(unstored);
  await studio.working(unstored).getByText(createText.saving).waitFor();
  yield "saving";
  const { items } = await (await client.call("GET", "/api/generations?status=processing")).json();
  await client.call("DELETE", `/api/generations/${items[0].id}`);
  await studio.working(unstored).waitFor({ state: "detached" });

  const endings = [
    [prompts.failed, "failed", failureSentences.upstream_failed],
    [prompts.refused, "refused", errorSentences.content_policy],
    [prompts.rejected, "create-400", errorSentences.upstream_rejected],
  ] as const;
  for (const [words, mood, sentence] of endings) {
    const prompt = await fated(words, mood);
    await studio.generate(prompt);
    await studio.entry(prompt).getByText(sentence).waitFor();
    await client.isIdle();
  }
  yield "several failures";
  for (const name of [createText.dismiss, createText.dismiss])
    await page.getByRole("button", { name }).first().click();

  await context.setOffline(true);
  await page.getByText(commonText.offline).waitFor();
  await studio.generate(offline);
  await studio.working(offline).getByText(createText.offline).waitFor();
  yield "offline";
  await studio.working(offline).getByRole("button", { name: createText.cancel }).click();
  await context.setOffline(false);
  await page.getByText(commonText.offline).waitFor({ state: "detached" });

  const lost = await fated(
    prompts.lost,
    "answer-lost",
    "webhook-lost",
    "webhook-field-absent",
    "input-empty",
  );
  await studio.generate(lost);
  await studio.working(lost).getByText(createText.unconfirmed).waitFor();
  yield "unconfirmed";

  await studio.generate(waiting);
  await studio.seesQueued(waiting);
  await ageQueue(page);
  await page.reload();
  await page.getByText(createText.stale).waitFor();
  await studio.seesQueued(waiting);
  yield "queue from an earlier visit";
  await page.getByRole("button", { name: createText.removeQueued(waiting) }).click();
}

/** Makes the queue of this browser look as if it was submitted 20 hours ago. */
function ageQueue(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const [key, stored] of Object.entries(localStorage)) {
      if (!key.startsWith("studio.outbox.")) continue;
      const items = (JSON.parse(stored) as { at: number; state: string }[]).map((item) =>
        item.state === "queued" ? { ...item, at: item.at - 20 * 3_600_000 } : item,
      );
      localStorage.setItem(key, JSON.stringify(items));
    }
  });
}
