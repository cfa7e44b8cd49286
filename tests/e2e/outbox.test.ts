/** One click makes one image, whatever happens to the connection or the page meanwhile. */
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { until } from "./support/until.ts";

useBrowser();
const simulator = createSimulatorClient(inject("app").adminUrl);

test("a connection lost during the create, for longer than the retries, makes one image", async () => {
  const prompt = "[mood:stuck] A rope bridge in a storm";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail(), viewport: PHONE });
  expectsInConsole(/WebSocket connection|net::ERR_/);
  let cut = true;
  // The Worker gets the request; its response is lost.
  await page.route("**/api/generate", async (route) => {
    if (!cut) return route.continue();
    await context.request.post("/api/generate", {
      headers: { "idempotency-key": route.request().headers()["idempotency-key"] ?? "" },
      data: route.request().postDataJSON(),
    });
    await context.setOffline(true);
    await route.abort("connectionreset");
  });
  await studio.open();
  await studio.generate(prompt);
  await studio.working(prompt).getByText(createText.offline).waitFor();
  await simulator.finish(prompt);

  cut = false;
  await context.setOffline(false);
  await studio.seesImage(prompt);
  expect(await studio.image(prompt).count(), "the image is in the entry of the click").toBe(1);
  expect(await studio.working(prompt).count()).toBe(0);
  expect(await simulator.creates(prompt), "never paid for twice").toHaveLength(1);
});

test("a reload during the create makes one image", async () => {
  const prompt = "[mood:stuck] A letter in the wind";
  const { page, studio } = await visit({ email: newEmail() });
  // The first request is never sent.
  await page.route("**/api/generate", () => {});
  await studio.open();
  await studio.generate(prompt);
  await studio.working(prompt).waitFor();
  await page.unroute("**/api/generate");

  await page.reload();
  await studio.working(prompt).waitFor();
  await simulator.finish(prompt);
  await studio.seesImage(prompt);
  expect(await studio.image(prompt).count()).toBe(1);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});

test("a page that reloads within the click, before a request is sent, makes one image", async () => {
  const prompt = "A lighthouse in the fog";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.prompt.fill(prompt);
  const reloaded = page.waitForEvent("load");
  await studio.generateButton.evaluate((button: HTMLElement) => {
    button.click();
    location.reload();
  });
  await reloaded;
  await studio.seesImage(prompt);
  expect(await studio.image(prompt).count()).toBe(1);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});

test("each tab restores its own draft after a reload", async () => {
  const { page, studio, newTab } = await visit({ email: newEmail() });
  const other = await newTab();
  await Promise.all([studio.open(), other.studio.open()]);
  await studio.prompt.fill("Half a thought");
  await other.studio.prompt.fill("Another half");
  await Promise.all([page.reload(), other.page.reload()]);
  await until("the text", async () => (await studio.prompt.inputValue()) === "Half a thought");
  await until("the other text", async () => (await other.studio.prompt.inputValue()) === "Another half");
});

test("what is typed, chosen and sent before the script runs counts once, and a reload restores the newer draft", async () => {
  const { page, studio } = await visit();
  let run = () => {};
  const held = new Promise<void>((done) => {
    run = done;
  });
  await page.route("**/assets/studio-*.js", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/", { waitUntil: "commit" });
  await studio.prompt.fill("A boat before the wind");
  await studio.chooseModel("truefusion-edge");
  run();
  await page.getByRole("button", { name: commonText.options }).waitFor();
  await page.waitForLoadState("networkidle");
  expect(await studio.prompt.inputValue()).toBe("A boat before the wind");
  await page.getByRole("radio", { name: "Fast preview", checked: true }).waitFor({ state: "attached" });

  // The address that the form opens without script.
  await page.goto("/?prompt=A+boat+in+the+wind&model=truefusion-2.0");
  await expect.poll(() => studio.prompt.inputValue()).toBe("A boat in the wind");
  await page.getByRole("radio", { name: "High quality", checked: true }).waitFor({ state: "attached" });
  expect(new URL(page.url()).search).toBe("");
  await studio.prompt.fill("A boat after the wind");
  await page.reload();
  await expect.poll(() => studio.prompt.inputValue()).toBe("A boat after the wind");
});

test("a Generate gets its image although the first responses about the session are errors", async () => {
  const prompt = "A bridge before the fog lifts";
  const { page, studio, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/status of 503/);
  let failures = 2;
  await page.route("**/api/session", (route) => {
    failures -= 1;
    return failures < 0 ? route.continue() : route.fulfill({ status: 503, body: "<html>503</html>" });
  });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});

test("a reload while the Worker is down shows the outbox, and sends it when the Worker is back", async () => {
  const prompt = "A letter kept in a drawer";
  const { page, studio, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/status of 503|WebSocket connection|net::ERR_/);
  await studio.open();
  await page.waitForFunction(() => localStorage.getItem("studio.owner"));
  let isDown = true;
  await page.route("**/api/**", (route) =>
    isDown ? route.fulfill({ status: 503, body: "<html>503</html>" }) : route.continue(),
  );
  await studio.generate(prompt);
  await studio.working(prompt).getByText(createText.retrying).waitFor();
  await page.reload();
  await studio.working(prompt).getByText(createText.retrying).waitFor();
  expect(await page.getByText(commonText.tryOne).isVisible()).toBe(false);
  expect(await simulator.creates(prompt)).toEqual([]);
  isDown = false;
  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});

test("a Generate while offline is sent when the connection is back", async () => {
  const prompt = "A picture from a tunnel";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/WebSocket connection|net::ERR_/);
  // With it comes what shows the state of the connection.
  const deferred = page.waitForResponse(/\/assets\/deferred-/);
  await studio.open();
  await (await deferred).finished();
  await context.setOffline(true);
  await studio.generate(prompt);
  await studio.working(prompt).getByText(createText.offline).waitFor();
  expect(await simulator.creates(prompt)).toEqual([]);
  await context.setOffline(false);
  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});
