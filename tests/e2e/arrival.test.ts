/** An image reaches the screen, whatever is lost on the way. */
import { expect, inject, test } from "vitest";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";

useBrowser();
const simulator = createSimulatorClient(inject("app").adminUrl);

test("a reload keeps the entry in flight, and its image arrives", async () => {
  const prompt = "[mood:stuck] A reload in a pine forest";
  const { page, studio } = await visit({ email: newEmail(), viewport: PHONE });
  await studio.open();
  await studio.generate(prompt);
  await studio.working(prompt).waitFor();
  await simulator.idOf(prompt);

  await page.reload();
  await studio.working(prompt).waitFor();
  expect(await studio.working(prompt).count(), "one entry").toBe(1);
  await simulator.finish(prompt);
  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt), "one request").toHaveLength(1);
});

test("another tab shows the entry and then the image, by push", async () => {
  const prompt = "[mood:stuck] Two windows on one sea";
  const { studio, newTab } = await visit({ email: newEmail() });
  const other = await newTab();
  const polled: string[] = [];
  other.page.on("request", (request) => {
    if (request.url().includes("/api/predictions/")) polled.push(request.url());
  });
  await studio.open();
  await Promise.all([other.page.waitForEvent("websocket"), other.studio.open()]);
  await studio.generate(prompt);
  await other.studio.working(prompt).waitFor();

  await simulator.finish(prompt);
  await Promise.all([studio.seesImage(prompt), other.studio.seesImage(prompt)]);
  expect(polled, "the socket delivers it, without polling").toEqual([]);
});

test("without a socket the image arrives by polling", async () => {
  const prompt = "[mood:stuck] A cable across the desert";
  const { page, studio, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/WebSocket/);
  let isCut = false;
  const cuts: (() => Promise<void>)[] = [];
  await page.routeWebSocket("**/api/events", async (socket) => {
    if (isCut) return socket.close();
    socket.connectToServer();
    cuts.push(() => socket.close());
  });
  await studio.open();
  await studio.generate(prompt);
  await studio.working(prompt).waitFor();
  await expect.poll(() => cuts.length, { message: "an open socket to cut" }).toBeGreaterThan(0);
  await simulator.idOf(prompt);

  isCut = true;
  await Promise.all(cuts.map((cut) => cut()));
  const asked = page.waitForResponse(/\/api\/predictions\//);
  await simulator.finish(prompt);
  await studio.seesImage(prompt);
  expect((await asked).status()).toBe(200);
});

test("the alarm fetches the image when no webhook arrives", async () => {
  const prompt = "[mood:webhook-lost] A letter that never came";
  const { studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  const webhooks = await simulator.webhooksOf(prompt);
  expect(webhooks.length, "webhooks sent").toBeGreaterThan(0);
  expect(new Set(webhooks.map(({ error }) => error)), "all of them were lost").toEqual(new Set(["lost"]));
});

test("a webhook completes a create whose response was lost", async () => {
  const prompt = "[mood:answer-lost] A bottle on a beach";
  const { studio, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/status of 50[24]/);
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});
