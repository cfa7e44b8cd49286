/** What one does with pictures: stop, keep, remove, look through. */
import { expect, inject, test } from "vitest";
import { making } from "../../frontend/text/create.ts";
import { pictureText } from "../../frontend/text/gallery.ts";
import { createClient } from "./support/client.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { isDrawn } from "./support/studio-page.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

test("cancel stops the card at once, tells Skytells, and frees the place", async () => {
  const prompt = "[mood:stuck] A balloon that comes down early";
  const next = "A balloon that stays up";
  const email = newEmail();
  const client = await createClient(app.url, email);
  const { studio } = await visit({ email });
  await studio.open();
  await studio.generate(prompt);
  await simulator.idOf(prompt);
  const card = studio.card(prompt);
  await card.getByRole("button", { name: making.cancel }).click();
  await card.getByText(making.canceled).waitFor();
  await expect.poll(() => simulator.statusOf(prompt)).toBe("canceled");
  await client.isIdle();

  await studio.generate(next);
  await studio.seesPicture(next);
});

test("a favourite stays one after a reload", async () => {
  const prompt = "A red door in a white wall";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesPicture(prompt);
  const favorite = (await studio.openPicture(prompt)).getByRole("button", { name: making.favorite });
  expect(await favorite.getAttribute("aria-pressed")).toBe("false");
  const saved = page.waitForResponse((response) => response.request().method() === "PATCH");
  await favorite.click();
  expect((await saved).status()).toBe(200);

  await page.reload();
  await favorite.waitFor();
  expect(await favorite.getAttribute("aria-pressed")).toBe("true");
});

test("pictures that could not be fetched come when they can, and the large one says so", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  const prompt = "A ship in the fog";
  await client.makes(prompt);
  const { page, studio, expectsInConsole } = await visit({ email });
  expectsInConsole(/net::ERR_/);
  await page.route("**/images/**", (route) => route.abort());
  await studio.open("/gallery");
  const image = studio.picture(prompt).getByRole("img", { includeHidden: true });
  await expect.poll(() => image.getAttribute("data-broken")).toBe("");
  const viewer = await studio.openPicture(prompt);
  await viewer.getByText(pictureText.notFetched).waitFor();
  await page.unroute("**/images/**");
  await isDrawn(viewer.getByRole("img", { name: prompt }), prompt);
  await page.keyboard.press("Escape");
  await studio.seesPicture(prompt);
});

test("a picture that is deleted is gone everywhere, at the latest when its page is left", async () => {
  const prompt = "A sandcastle before the tide";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesPicture(prompt);
  const address = `/images/${await simulator.idOf(prompt)}/0`;
  expect((await context.request.get(address)).status()).toBe(200);

  const viewer = await studio.openPicture(prompt);
  await viewer.getByRole("button", { name: pictureText.delete }).click();
  await page.getByText(pictureText.deleted(1)).waitFor();
  await expect.poll(() => studio.picture(prompt).count()).toBe(0);

  await studio.open("/gallery");
  await page.getByText(pictureText.empty).waitFor();
  expectsInConsole(/status of 404/);
  expect((await context.request.get(address)).status()).toBe(404);
});

test("the gallery brings page after page, each picture once and newest first", async () => {
  const count = 60;
  const email = newEmail();
  const client = await createClient(app.url, email);
  for (let number = 1; number <= count; number += 1) {
    await client.makes(`Postcard ${String(number).padStart(2, "0")} [mood:terminal]`);
  }
  const { page, studio } = await visit({ email, viewport: PHONE });
  const pages: string[] = [];
  page.on("response", (response) => {
    if (response.url().includes("/api/generations?")) pages.push(response.url());
  });
  await studio.open("/gallery");
  await studio.seesPicture(`Postcard ${count} [mood:terminal]`);
  // Only what is near the window is drawn: what there was is gathered on the way down.
  const names = new Map<number, number>();
  await expect
    .poll(async () => {
      const drawn = await studio.pictures.evaluateAll((links) =>
        links.map((link) => [
          Number(link.closest("li")?.getAttribute("aria-posinset")),
          Number(/Postcard (\d+)/.exec(link.getAttribute("aria-label") ?? "")?.[1]),
        ]),
      );
      for (const [place = 0, name = 0] of drawn) names.set(place, name);
      await page.evaluate(() => scrollBy(0, innerHeight));
      return names.size === count && page.getByText(pictureText.end).isVisible();
    })
    .toBe(true);
  expect([...names].sort(([a], [b]) => a - b)).toEqual(
    Array.from({ length: count }, (_, index) => [index + 1, count - index]),
  );
  expect(pages.length, "it took more than one page").toBeGreaterThan(1);
  await studio.seesPicture("Postcard 01 [mood:terminal]");
});

test("all of it by keyboard: Enter generates, arrows turn pages, Escape goes back", async () => {
  const older = "A paper boat";
  const newer = "A paper plane";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  for (const prompt of [older, newer]) {
    await studio.prompt.focus();
    await page.keyboard.type(prompt);
    await page.keyboard.press("Enter");
    await studio.seesPicture(prompt);
  }
  await studio.prompt.focus();
  await page.keyboard.type("first line");
  await page.keyboard.press("Shift+Enter");
  expect(await studio.prompt.inputValue(), "Shift with Enter is a new line").toBe("first line\n");

  await studio.picture(newer).focus();
  await page.keyboard.press("Enter");
  await studio.viewer(newer).waitFor();
  await page.keyboard.press("ArrowRight");
  await isDrawn(studio.viewer(older).getByRole("img", { name: older }), older);
  await page.keyboard.press("Escape");
  await studio.viewer(older).waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/");
});
