/** One click, one picture, one card: whatever happens to the line or the page in between. */
import { expect, inject, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { making } from "../../frontend/text/create.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { until } from "./support/until.ts";

useBrowser();
const simulator = createSimulatorClient(inject("app").adminUrl);

test("the line is cut during the create, for longer than anyone tries again: one card, one picture", async () => {
  const prompt = "[mood:stuck] A rope bridge in a storm";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail(), viewport: PHONE });
  expectsInConsole(/WebSocket connection|net::ERR_/);
  let cut = true;
  // The Worker gets the order; its answer never comes back.
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
  await studio.working(prompt).getByText(making.cut).waitFor();
  await simulator.finish(prompt);

  cut = false;
  await context.setOffline(false);
  await studio.seesPicture(prompt);
  expect(await studio.picture(prompt).count(), "the picture is on the click's card").toBe(1);
  expect(await studio.working(prompt).count()).toBe(0);
  expect(await simulator.creates(prompt), "never paid for twice").toHaveLength(1);
});

test("a reload during the create loses nothing and doubles nothing", async () => {
  const prompt = "[mood:stuck] A letter in the wind";
  const { page, studio } = await visit({ email: newEmail() });
  // The first request never gets out of the house.
  await page.route("**/api/generate", () => {});
  await studio.open();
  await studio.generate(prompt);
  await studio.working(prompt).waitFor();
  await page.unroute("**/api/generate");

  await page.reload();
  await studio.working(prompt).waitFor();
  await simulator.finish(prompt);
  await studio.seesPicture(prompt);
  expect(await studio.picture(prompt).count()).toBe(1);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});

test("a page that is left in the moment of the click, before anything went out, loses nothing", async () => {
  const prompt = "A door that closes behind one";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.prompt.fill(prompt);
  const reloaded = page.waitForEvent("load");
  await studio.generateButton.evaluate((button: HTMLElement) => {
    button.click();
    location.reload();
  });
  await reloaded;
  await studio.seesPicture(prompt);
  expect(await studio.picture(prompt).count()).toBe(1);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});

test("what is typed survives a reload, in each tab its own", async () => {
  const { page, studio, newTab } = await visit({ email: newEmail() });
  const other = await newTab();
  await Promise.all([studio.open(), other.studio.open()]);
  await studio.prompt.fill("Half a thought");
  await other.studio.prompt.fill("Another half");
  await Promise.all([page.reload(), other.page.reload()]);
  await until("the text", async () => (await studio.prompt.inputValue()) === "Half a thought");
  await until("the other text", async () => (await other.studio.prompt.inputValue()) === "Another half");
});

test("what is typed, chosen and sent before the script runs counts once, and a reload brings back what came after", async () => {
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
  await page.getByRole("button", { name: text.options }).waitFor();
  await page.waitForLoadState("networkidle");
  expect(await studio.prompt.inputValue()).toBe("A boat before the wind");
  await page.getByRole("radio", { name: "Fast preview", checked: true }).waitFor({ state: "attached" });

  // As a form without script does.
  await page.goto("/?prompt=A+boat+in+the+wind&model=truefusion-2.0");
  await expect.poll(() => studio.prompt.inputValue()).toBe("A boat in the wind");
  await page.getByRole("radio", { name: "High quality", checked: true }).waitFor({ state: "attached" });
  expect(new URL(page.url()).search).toBe("");
  await studio.prompt.fill("A boat after the wind");
  await page.reload();
  await expect.poll(() => studio.prompt.inputValue()).toBe("A boat after the wind");
});

test("the first answer about the session is an error: a Generate gets its image all the same", async () => {
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
  await studio.seesPicture(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});

test("a reload without the studio shows the outbox, and sends it once it is reached", async () => {
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
  await studio.working(prompt).getByText(making.retrying).waitFor();
  await page.reload();
  await studio.working(prompt).getByText(making.retrying).waitFor();
  expect(await page.getByText(text.tryOne).isVisible()).toBe(false);
  expect(await simulator.creates(prompt)).toEqual([]);
  isDown = false;
  await studio.seesPicture(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});

test("offline from the start of the click, it goes out by itself", async () => {
  const prompt = "A picture from a tunnel";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/WebSocket connection|net::ERR_/);
  // Asked for last, when the parts that say what is wrong are there.
  const rest = page.waitForResponse(/\/assets\/backstage-/);
  await studio.open();
  await (await rest).finished();
  await context.setOffline(true);
  await studio.generate(prompt);
  await studio.working(prompt).getByText(making.cut).waitFor();
  expect(await simulator.creates(prompt)).toEqual([]);
  await context.setOffline(false);
  await studio.seesPicture(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});
