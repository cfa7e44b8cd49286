/** From an empty database to a picture that is kept: what the studio is for. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { making } from "../../frontend/text/create.ts";
import { type App, startApp } from "./support/app.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient, sha256 } from "./support/simulator.ts";
import { isDrawn } from "./support/studio-page.ts";

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());
useBrowser();

describe.each([
  { screen: "phone", viewport: PHONE, hasTouch: true, isMobile: true },
  { screen: "desktop", viewport: DESKTOP },
])("on a $screen", ({ screen, ...device }) => {
  test("a stranger types, signs in on the way, and has a picture that survives the Worker", async () => {
    const simulator = createSimulatorClient(app.adminUrl);
    const prompt = `A lighthouse at dusk, for the journey on a ${screen}`;
    const { page, studio, context, expectsInConsole } = await visit({ url: app.url, ...device });

    // Who is quicker than the answer that nobody is signed in hears it from Generate.
    expectsInConsole(/status of 401/);
    await studio.open();
    await studio.chooseModel("truefusion-2.0");
    await studio.generate(prompt);
    await studio.signInDialog.waitFor();
    expect(await simulator.creates(prompt), "nobody is asked for anything before the sign-in").toEqual([]);

    await studio.signIn(newEmail());
    await studio.seesPicture(prompt);
    expect(await studio.prompt.inputValue(), "the prompt went off with the order").toBe("");
    expect(await simulator.creates(prompt)).toMatchObject([{ model: "truefusion-2.0" }]);

    const viewer = await studio.openPicture(prompt);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      viewer.getByRole("link", { name: making.download }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/lighthouse.*\.png$/);
    expect(sha256(await readFile(await download.path()))).toBe(await simulator.sha256Of(prompt));

    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: text.gallery, exact: true }).click();
    await studio.seesPicture(prompt);

    // The socket goes with the Worker; the studio dials again.
    expectsInConsole(/WebSocket connection to .* failed|net::ERR_/);
    await app.kill();
    await app.start();
    // From the Worker's storage, not from this browser's cache.
    const cold = await visit({ url: app.url, ...device, storageState: await context.storageState() });
    await cold.studio.open("/gallery");
    await cold.studio.seesPicture(prompt);
    const seen = await cold.studio.openPicture(prompt);
    await isDrawn(seen.getByRole("img", { name: prompt }), prompt);
  });
});

test("the card is there before the Worker has heard of it, and keeps its place", async () => {
  const simulator = createSimulatorClient(app.adminUrl);
  const prompt = "[mood:stuck] A kite over dunes";
  const { page, studio } = await visit({ url: app.url, email: newEmail() });
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route("**/api/generate", async (route) => {
    await released;
    await route.continue();
  });
  await studio.open();
  await studio.generate(prompt);

  const card = studio.working(prompt);
  await card.waitFor();
  expect(await card.textContent()).toContain(making.sending);
  expect(await simulator.creates(prompt), "the request is still held back").toEqual([]);
  const before = await card.boundingBox();

  release();
  await simulator.finish(prompt);
  await studio.seesPicture(prompt);
  const after = await studio.picture(prompt).boundingBox();
  expect(after, "the picture lands where the card was").toEqual(before);
});
