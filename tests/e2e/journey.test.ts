/** From an empty database to a stored image. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
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

const all = [
  { screen: "desktop", viewport: DESKTOP },
  { screen: "phone", viewport: PHONE, hasTouch: true, isMobile: true },
];

const screens = process.env["TEST_ALL"] ? all : all.slice(0, 1);

describe.each(screens)("on a $screen", ({ screen, ...device }) => {
  test("a new user writes a prompt, signs in, and gets an image that survives a restart of the Worker", async () => {
    const simulator = createSimulatorClient(app.adminUrl);
    const prompt = `A lighthouse at dusk, for the journey on a ${screen}`;
    const { page, studio, context, expectsInConsole } = await visit({ url: app.url, ...device });

    // Generate may be sent before the session is known.
    expectsInConsole(/status of 401/);
    await studio.open();
    await studio.chooseModel("truefusion-2.0");
    await studio.generate(prompt);
    await studio.signInDialog.waitFor();
    expect(await simulator.creates(prompt), "nothing reaches Skytells before the sign-in").toEqual([]);

    await studio.signIn(newEmail());
    await studio.seesImage(prompt);
    expect(await studio.prompt.inputValue(), "the prompt stays for the next image").toBe(prompt);
    expect(await simulator.creates(prompt)).toMatchObject([{ model: "truefusion-2.0" }]);

    const viewer = await studio.openImage(prompt);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      viewer.getByRole("link", { name: createText.download }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/lighthouse.*\.png$/);
    expect(sha256(await readFile(await download.path()))).toBe(await simulator.sha256Of(prompt));

    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: commonText.gallery, exact: true }).click();
    await studio.seesImage(prompt);

    // The socket closes with the Worker; the studio reconnects.
    expectsInConsole(/WebSocket connection to .* failed|net::ERR_/);
    await app.kill();
    await app.start();
    // A new browser: the image comes from the Worker's storage, not from a cache.
    const cold = await visit({ url: app.url, ...device, storageState: await context.storageState() });
    await cold.studio.open("/gallery");
    await cold.studio.seesImage(prompt);
    const seen = await cold.studio.openImage(prompt);
    await isDrawn(seen.getByRole("img", { name: prompt }), prompt);
  });
});

test("the placeholder shows before the Worker has the request, and nothing moves when the image arrives", async () => {
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

  await studio.working(prompt).getByText(createText.sending).waitFor();
  expect(await simulator.creates(prompt), "the request is still held back").toEqual([]);
  const latest = page.getByRole("listitem").filter({ hasText: prompt });
  const boxes = () =>
    Promise.all(
      [
        latest,
        latest.locator("[data-frame]"),
        latest.getByRole("button", { name: createText.edit }),
        latest.getByRole("button", { name: createText.again }),
      ].map((part) => part.boundingBox()),
    );
  const before = await boxes();

  release();
  await simulator.finish(prompt);
  await studio.seesImage(prompt);
  expect(await boxes()).toEqual(before);
});
