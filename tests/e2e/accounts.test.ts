/** A user's data stays private across sign-outs and between users. */
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { signInText } from "../../frontend/text/sign-in.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { createClient } from "./support/client.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

test("signing out removes the user's data from the page, storage and the Back button", async () => {
  const prompt = "A diary under a pillow";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  await studio.open("/gallery");
  await studio.seesImage(prompt);
  const address = `/images/${await simulator.idOf(prompt)}/0`;

  await studio.signOut();
  await page.waitForURL("/");
  await page.getByRole("main").waitFor();
  expect(await page.getByText(prompt).count()).toBe(0);
  expect(await studio.images.count()).toBe(0);
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain("diary");
  expect((await context.request.get(address)).status()).toBe(401);

  await page.goBack();
  await page.getByRole("heading", { name: commonText.headline }).waitFor();
  expect(await studio.images.count()).toBe(0);
  await studio.open("/gallery");
  await page.getByText(galleryText.signIn).waitFor();
  expect(await studio.images.count()).toBe(0);
  expectsInConsole(/status of 401/);
  expect(
    await page.evaluate(async (path) => (await fetch(path)).status, address),
    "not even from the cache",
  ).toBe(401);
});

test("signing out in one tab signs out the other", async () => {
  const prompt = "A letter in two hands";
  const { page, studio, context } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByRole("img", { name: prompt }).first().waitFor();
  await studio.signOut();
  await other.getByRole("img", { name: prompt }).first().waitFor({ state: "detached" });
  await other.getByRole("heading", { name: commonText.headline }).waitFor();
  expect(await other.getByText(prompt).count()).toBe(0);
});

test("reloads a page from the back/forward cache if its user has signed out", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  // Playwright turns the back/forward cache off; a page that is restored from it gets this event.
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
  const field = studio.signInDialog.getByLabel(signInText.email);
  await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
  const email = newEmail();
  await page.keyboard.type(email);
  expect(await field.inputValue()).toBe(email);
});

test("sign-out waits until another tab has sent its pending deletions", async () => {
  const prompt = "A secret in the other tab";
  const email = newEmail();
  const client = await createClient(app.url, email);
  await client.makes(prompt);
  const { page, studio, newTab } = await visit({ email });
  await studio.open();
  await studio.seesImage(prompt);
  const other = await newTab();
  await other.studio.open("/gallery");
  const viewer = await other.studio.openImage(prompt);
  await viewer.getByRole("button", { name: galleryText.delete }).click();
  await other.page.getByText(galleryText.deleted(1)).waitFor();
  await studio.signOut();
  await page.getByRole("heading", { name: commonText.headline }).waitFor();
  const again = await createClient(app.url, email);
  const { items } = await (await again.call("GET", "/api/generations")).json();
  expect(items).toEqual([]);
});

test("a user who follows another one without a sign-out does not see what that one was writing", async () => {
  const { page, studio, context, newTab } = await visit({ email: newEmail() });
  await studio.open();
  await studio.isSignedIn();
  await studio.prompt.fill("A diary under a pillow");
  await studio.button(commonText.options).click();
  await page.getByRole("textbox", { name: createText.exclude }).fill("my neighbor");
  await page.keyboard.press("Escape");
  // As a gateway does whose user has changed.
  const signIn = await context.request.post("/api/auth/dev", { data: { email: newEmail() } });
  expect(signIn.status()).toBe(204);
  const reloaded = page.waitForEvent("load");
  const other = await newTab();
  await other.studio.open();
  await other.studio.isSignedIn();
  await reloaded;
  await studio.isSignedIn();
  expect(await other.studio.prompt.inputValue()).toBe("");
  expect(await studio.prompt.inputValue()).toBe("");
  const stored = () => JSON.stringify([localStorage, sessionStorage]);
  expect(await page.evaluate(stored)).not.toMatch(/diary|neighbor/);
});

test("removes the images when the session has ended, and another user does not see them", async () => {
  const prompt = "A portrait behind a curtain";
  const next = "A view from the same window";
  const { page, studio, context, expectsInConsole } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  expectsInConsole(/status of 401/);
  await context.clearCookies();
  await studio.generate(next);
  await studio.signInDialog.waitFor();
  await expect.poll(() => studio.images.count()).toBe(0);
  await studio.signIn(newEmail());
  await studio.seesImage(next);
  expect(await studio.images.count()).toBe(1);
  expect(await page.getByText(prompt).count()).toBe(0);
});

test("a user cannot see, change or cancel another user's generation", async () => {
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
  await page.getByText(galleryText.empty).waitFor();
});
