/** What is mine is mine: across sign-outs and between users. */
import { expect, inject, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { later } from "../../frontend/text/sign-in.ts";
import { pictureText } from "../../frontend/text/gallery.ts";
import { createClient } from "./support/client.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

test("signing out leaves nothing of mine on the screen, in storage or behind the back button", async () => {
  const prompt = "A diary under a pillow";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesPicture(prompt);
  await studio.open("/gallery");
  await studio.seesPicture(prompt);
  const address = `/images/${await simulator.idOf(prompt)}/0`;

  await studio.signOut();
  await page.waitForURL("/");
  await page.getByRole("main").waitFor();
  expect(await page.getByText(prompt).count()).toBe(0);
  expect(await studio.pictures.count()).toBe(0);
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain("diary");
  expect((await context.request.get(address)).status()).toBe(401);

  await page.goBack();
  await page.getByRole("heading", { name: text.headline }).waitFor();
  expect(await studio.pictures.count()).toBe(0);
  await studio.open("/gallery");
  await page.getByText(pictureText.signIn).waitFor();
  expect(await studio.pictures.count()).toBe(0);
  expectsInConsole(/status of 401/);
  expect(
    await page.evaluate(async (path) => (await fetch(path)).status, address),
    "not even from the cache",
  ).toBe(401);
});

test("signing out in one tab does so in the other", async () => {
  const prompt = "A letter in two hands";
  const { page, studio, context } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesPicture(prompt);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByRole("img", { name: prompt }).first().waitFor();
  await studio.signOut();
  await other.getByRole("img", { name: prompt }).first().waitFor({ state: "detached" });
  await other.getByRole("heading", { name: text.headline }).waitFor();
  expect(await other.getByText(prompt).count()).toBe(0);
});

test("a page from the back/forward cache reloads when its user has signed out meanwhile", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  // Playwright switches the back/forward cache off; this is what a page finds that comes back from it.
  const reloaded = page.waitForEvent("load");
  await page.evaluate(() => {
    localStorage.removeItem("studio.owner");
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
  await reloaded;
});

test("typing replaces the example in the sign-in field", async () => {
  const { page, studio } = await visit();
  await studio.open();
  await studio.generate("A name on a doorbell");
  const field = studio.signInDialog.getByLabel(later.email);
  await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
  const email = newEmail();
  await page.keyboard.type(email);
  expect(await field.inputValue()).toBe(email);
});

test("what another tab is deleting is gone before one signs out", async () => {
  const prompt = "A secret in the other tab";
  const email = newEmail();
  const client = await createClient(app.url, email);
  await client.makes(prompt);
  const { page, studio, newTab } = await visit({ email });
  await studio.open();
  await studio.seesPicture(prompt);
  const other = await newTab();
  await other.studio.open("/gallery");
  const viewer = await other.studio.openPicture(prompt);
  await viewer.getByRole("button", { name: pictureText.delete }).click();
  await other.page.getByText(pictureText.deleted(1)).waitFor();
  await studio.signOut();
  await page.getByRole("heading", { name: text.headline }).waitFor();
  const again = await createClient(app.url, email);
  const { items } = await (await again.call("GET", "/api/generations")).json();
  expect(items).toEqual([]);
});

test("where a session ended the pictures go, and somebody else who signs in there sees none of them", async () => {
  const prompt = "A portrait behind a curtain";
  const next = "A view from the same window";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesPicture(prompt);
  expectsInConsole(/status of 401/);
  await context.clearCookies();
  await studio.generate(next);
  await studio.signInDialog.waitFor();
  expect(await studio.pictures.count()).toBe(0);
  await studio.signIn(newEmail());
  await studio.seesPicture(next);
  expect(await studio.pictures.count()).toBe(1);
  expect(await page.getByText(prompt).count()).toBe(0);
});

test("nobody sees, changes or stops what is somebody else's", async () => {
  const prompt = "A key in a locked drawer";
  const owner = await createClient(app.url, newEmail());
  const id = (await owner.makes(prompt)).id;
  const other = await createClient(app.url, newEmail());
  const attempts: [method: string, path: string, body?: unknown][] = [
    ["GET", `/images/${id}/0`],
    ["GET", `/images/${id}/0?size=thumb`],
    ["GET", `/images/${id}/0?download`],
    ["GET", `/api/predictions/${id}`],
    ["POST", `/api/predictions/${id}/cancel`],
    ["PATCH", `/api/generations/${id}`, { favorite: true }],
    ["POST", `/api/generations/${id}/share`, {}],
    ["DELETE", `/api/generations/${id}/share`],
    ["DELETE", `/api/generations/${id}`],
  ];
  for (const [method, path, body] of attempts) {
    expect((await other.call(method, path, body)).status, `${method} ${path}`).toBe(404);
  }
  expect((await (await other.call("GET", "/api/generations")).json()).items).toEqual([]);
  const kept = (await (await owner.call("GET", `/api/predictions/${id}`)).json()).generation;
  expect(kept).toMatchObject({ id, status: "succeeded", favorite: false, shareUrl: null });

  const { page, studio } = await visit({ email: newEmail() });
  await studio.open("/gallery");
  await page.getByText(pictureText.empty).waitFor();
});
