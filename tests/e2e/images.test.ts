/** What the user does with images: cancel, favorite, delete, browse. */
import { expect, inject, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { createClient } from "./support/client.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { isDrawn } from "./support/studio-page.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

test("Cancel ends a generation at once, also at Skytells, and frees its slot", async () => {
  const prompt = "[mood:stuck] A balloon that comes down early";
  const next = "A balloon that stays up";
  const email = newEmail();
  const client = await createClient(app.url, email);
  const { studio } = await visit({ email });
  await studio.open();
  await studio.generate(prompt);
  await simulator.idOf(prompt);
  const card = studio.entry(prompt);
  await card.getByRole("button", { name: createText.cancel }).click();
  await card.getByText(createText.canceled).waitFor();
  await expect.poll(() => simulator.statusOf(prompt)).toBe("canceled");
  await client.isIdle();

  await studio.generate(next);
  await studio.seesImage(next);
});

test("keeps a favorite after a reload", async () => {
  const prompt = "A red door in a white wall";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  const favorite = (await studio.openImage(prompt)).getByRole("button", { name: createText.favorite });
  expect(await favorite.getAttribute("aria-pressed")).toBe("false");
  const saved = page.waitForResponse((response) => response.request().method() === "PATCH");
  await favorite.click();
  expect((await saved).status()).toBe(200);

  await page.reload();
  await favorite.waitFor();
  expect(await favorite.getAttribute("aria-pressed")).toBe("true");
});

test("retries images that failed to load, and shows the failure in the viewer", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  const prompt = "A ship in the fog";
  await client.makes(prompt);
  const { page, studio, expectsInConsole } = await visit({ email });
  expectsInConsole(/net::ERR_/);
  await page.route("**/images/**", (route) => route.abort());
  await studio.open("/gallery");
  const image = studio.image(prompt).getByRole("img", { includeHidden: true });
  await expect.poll(() => image.getAttribute("data-broken")).toBe("");
  const viewer = await studio.openImage(prompt);
  await viewer.getByText(imageText.loadError).waitFor();
  await page.unroute("**/images/**");
  await isDrawn(viewer.getByRole("img", { name: prompt }), prompt);
  await page.keyboard.press("Escape");
  await studio.seesImage(prompt);
});

test("deletes an image everywhere, at the latest when the page is left", async () => {
  const prompt = "A sandcastle before the tide";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  const address = `/images/${await simulator.idOf(prompt)}/0`;
  expect((await context.request.get(address)).status()).toBe(200);

  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: galleryText.delete }).click();
  await page.getByText(galleryText.deleted(1)).waitFor();
  await expect.poll(() => studio.image(prompt).count()).toBe(0);

  await studio.open("/gallery");
  await page.getByText(galleryText.empty).waitFor();
  expectsInConsole(/status of 404/);
  expect((await context.request.get(address)).status()).toBe(404);
});

test("the gallery loads page after page, each image once and newest first", async () => {
  const count = 60;
  const email = newEmail();
  const client = await createClient(app.url, email);
  for (let number = 1; number <= count; number += 1) {
    await client.makes(`Postcard ${String(number).padStart(2, "0")} [mood:terminal]`);
  }
  const { page, studio } = await visit({ email, viewport: PHONE });
  const further: string[] = [];
  page.on("request", (request) => {
    if (/\/api\/generations\?.*cursor=/.test(request.url())) further.push(request.url());
  });
  await studio.open("/gallery");
  await studio.seesImage(`Postcard ${count} [mood:terminal]`);
  // Only tiles near the window are in the document, so the test collects them while it scrolls.
  const names = new Map<number, number>();
  await expect
    .poll(async () => {
      const drawn = await studio.images.evaluateAll((links) =>
        links.map((link) => [
          Number(link.closest("li")?.getAttribute("aria-posinset")),
          Number(/Postcard (\d+)/.exec(link.getAttribute("aria-label") ?? "")?.[1]),
        ]),
      );
      for (const [place = 0, name = 0] of drawn) names.set(place, name);
      await page.evaluate(() => scrollBy(0, innerHeight));
      return names.size === count && page.getByText(galleryText.found(count, false)).first().isVisible();
    })
    .toBe(true);
  expect([...names].sort(([a], [b]) => a - b)).toEqual(
    Array.from({ length: count }, (_, index) => [index + 1, count - index]),
  );
  expect(further.length, "requests for a further page").toBeGreaterThan(0);
  await studio.seesImage("Postcard 01 [mood:terminal]");
});

test("works by keyboard: Enter generates, arrows move between images, Escape closes", async () => {
  const older = "A paper boat";
  const newer = "A paper plane";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  for (const prompt of [older, newer]) {
    await studio.prompt.focus();
    await page.keyboard.type(prompt);
    await page.keyboard.press("Enter");
    await studio.seesImage(prompt);
  }
  await studio.prompt.focus();
  await page.keyboard.type("first line");
  await page.keyboard.press("Shift+Enter");
  expect(await studio.prompt.inputValue(), "Shift+Enter adds a line").toBe("first line\n");

  await studio.image(newer).focus();
  await page.keyboard.press("Enter");
  await studio.viewer(newer).waitFor();
  await page.keyboard.press("ArrowRight");
  await isDrawn(studio.viewer(older).getByRole("img", { name: older }), older);
  await page.keyboard.press("Escape");
  await studio.viewer(older).waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/");
});
