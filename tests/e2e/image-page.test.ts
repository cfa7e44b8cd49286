/** The page of an image: zoom, move between images, download, delete, Edit and Again; and zip files. */
import { readFile } from "node:fs/promises";
import type { Locator } from "playwright-core";
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { errorSentences, failureSentences } from "../../frontend/text/errors.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { createSimulatorClient, sha256 } from "./support/simulator.ts";
import { isDrawn } from "./support/studio-page.ts";
import { touch } from "./support/touch.ts";
import { entriesOf } from "../zip.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

/** Signed in, with images of these prompts, oldest first. */
async function open(prompts: string[], viewport = DESKTOP) {
  const email = newEmail();
  const client = await createClient(app.url, email);
  for (const prompt of prompts) await client.makes(prompt);
  const phone = viewport.width < 1_000;
  const visitor = await visit({ email, viewport, hasTouch: phone, isMobile: phone });
  await visitor.studio.open("/gallery");
  return { ...visitor, client };
}

/** The displayed width of the image, in CSS pixels. */
const widthOf = (viewer: Locator, prompt: string) =>
  viewer
    .getByRole("img", { name: prompt })
    .evaluate((image) => Math.round(image.getBoundingClientRect().width));

test("says that an image was not found and links to the gallery", async () => {
  const { page, expectsInConsole } = await open(["A gate in a hedge"], PHONE);
  expectsInConsole(/status of 404/);
  for (const path of ["/g/nowhere", "/g/%E0%A4%A", "/g/constructor"]) {
    await page.goto(path);
    await page.getByText(imageText.missingWhy).waitFor();
    await page.getByRole("link", { name: imageText.toGallery }).click();
    await page.waitForURL("**/gallery");
    await page.getByRole("link", { name: createText.open("A gate in a hedge") }).waitFor();
  }
});

test("says that an image could not be loaded, and loads it on retry", async () => {
  const prompt = "A window in the fog";
  const { page, client, studio, expectsInConsole } = await open([prompt]);
  const { items } = await (await client.call("GET", "/api/generations")).json();
  await client.call("DELETE", `/api/generations/${items[0].id}`);
  expectsInConsole(/net::ERR_|status of (404|503)/);
  let answer = 503;
  await page.route("**/api/predictions/*", (route) =>
    answer === 503
      ? route.fulfill({ status: 503, json: { code: "storage_unavailable", detail: "Later." } })
      : route.continue(),
  );
  await page.goto(`/g/${items[0].id}`);
  await page.getByRole("heading", { name: errorSentences.storage_unavailable }).waitFor();
  expect(await page.getByText(imageText.missing).count()).toBe(0);
  answer = 200;
  await studio.button(createText.tryAgain).click();
  await page.getByText(imageText.missing).waitFor();
});

test("a held Delete key deletes one image, another press another one, and Undo restores both", async () => {
  const prompts = ["A stone, one", "A stone, two", "A stone, three"];
  const { page, studio, client } = await open(prompts);
  await studio.openImage("A stone, three");
  await page.keyboard.down("Delete");
  for (let held = 0; held < 5; held += 1) await page.keyboard.down("Delete");
  await page.keyboard.up("Delete");
  await studio.viewer("A stone, two").waitFor();
  await page.keyboard.press("Delete");
  // Each deletion has its own message and Undo.
  const undo = studio.viewer("A stone, one").getByRole("button", { name: galleryText.undo });
  await expect.poll(() => undo.count()).toBe(2);
  await undo.last().click();
  await undo.click();
  await page.keyboard.press("Escape");
  for (const prompt of prompts) await studio.image(prompt).waitFor();
  const { items } = await (await client.call("GET", "/api/generations")).json();
  expect(items).toHaveLength(3);
});

test("a double click on Close goes back once, and Back closes the share dialog too", async () => {
  const prompt = "A ladder against a tree";
  const { page, studio } = await open([prompt]);
  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: imageText.close, exact: true }).dblclick();
  await viewer.waitFor({ state: "detached" });
  // Going back twice would have left the gallery.
  await studio.openImage(prompt);
  await viewer.getByRole("button", { name: imageText.share }).click();
  await studio.shareDialog.waitFor();
  await page.goBack();
  await viewer.waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/gallery");
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("zooms by wheel, double click and key, pans, and fits again", async () => {
  const prompt = "A beetle on a leaf, macro";
  const { page, studio } = await open([prompt]);
  const viewer = await studio.openImage(prompt);
  await isDrawn(viewer.getByRole("img", { name: prompt }), prompt);
  const fit = await widthOf(viewer, prompt);
  const middle = { x: 400, y: 400 };

  await page.mouse.move(middle.x, middle.y);
  await page.mouse.wheel(0, -600);
  await expect.poll(() => widthOf(viewer, prompt)).toBeGreaterThan(fit);
  const left = () =>
    viewer.getByRole("img", { name: prompt }).evaluate((image) => image.getBoundingClientRect().left);
  const before = await left();
  await page.mouse.down();
  await page.mouse.move(middle.x + 60, middle.y);
  await page.mouse.up();
  expect(await left()).toBeGreaterThan(before);

  await page.keyboard.press("z");
  await expect.poll(() => widthOf(viewer, prompt)).toBe(fit);
  await page.mouse.dblclick(middle.x, middle.y);
  await expect.poll(() => widthOf(viewer, prompt)).not.toBe(fit);
  await page.mouse.dblclick(middle.x, middle.y);
  await expect.poll(() => widthOf(viewer, prompt)).toBe(fit);
  await page.keyboard.press("+");
  await expect.poll(() => widthOf(viewer, prompt)).toBeGreaterThan(fit);
});

test("on a phone: swipes between images, zooms by pinch, and has its actions at the bottom edge", async () => {
  const prompts = ["A first shell", "A second shell", "A third shell"];
  const [first = "", second = "", third = ""] = prompts;
  const { page, context, studio } = await open(prompts, PHONE);
  const viewer = await studio.openImage(second);
  await isDrawn(viewer.getByRole("img", { name: second }), second);
  const fingers = await touch(context, page);

  const swipe = (from: number, to: number) =>
    fingers([[{ x: from, y: 150 }], [{ x: (from + to) / 2, y: 152 }], [{ x: to, y: 150 }], []]);
  await swipe(300, 100);
  await studio.viewer(first).waitFor();
  await swipe(100, 300);
  await studio.viewer(second).waitFor();
  await swipe(100, 300);
  await studio.viewer(third).waitFor();
  await isDrawn(studio.viewer(third).getByRole("img", { name: third }), third);

  const fit = await widthOf(studio.viewer(third), third);
  await fingers([
    [
      { x: 180, y: 150 },
      { x: 210, y: 150 },
    ],
    [
      { x: 120, y: 150 },
      { x: 270, y: 150 },
    ],
    [
      { x: 80, y: 150 },
      { x: 310, y: 150 },
    ],
    [],
  ]);
  await expect.poll(() => widthOf(studio.viewer(third), third)).toBeGreaterThan(fit);

  const download = studio.viewer(third).getByRole("link", { name: galleryText.download });
  const box = await download.boundingBox();
  expect(box?.y ?? 0, "at the bottom edge").toBeGreaterThan(PHONE.height - 100);
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
});

test("on a phone: a swipe down moves the image with the finger and closes the viewer, unless it is enlarged", async () => {
  const prompt = "A fourth shell";
  const { page, context, studio } = await open([prompt], PHONE);
  const viewer = await studio.openImage(prompt);
  const image = viewer.getByRole("img", { name: prompt });
  await isDrawn(image, prompt);
  const top = async () => (await image.boundingBox())?.y ?? 0;
  const before = await top();
  const fingers = await touch(context, page);
  const inspector = await context.newCDPSession(page);
  const move = (type: "touchStart" | "touchMove" | "touchEnd", ...ys: number[]) =>
    inspector.send("Input.dispatchTouchEvent", { type, touchPoints: ys.map((y) => ({ x: 195, y })) });

  const fit = await widthOf(viewer, prompt);
  await page.keyboard.press("+");
  await expect.poll(() => widthOf(viewer, prompt)).toBeGreaterThan(fit);
  await fingers([[{ x: 195, y: 150 }], [{ x: 195, y: 250 }], [{ x: 195, y: 350 }], []]);
  expect(await viewer.isVisible()).toBe(true);
  await page.keyboard.press("z");
  await expect.poll(() => widthOf(viewer, prompt)).toBe(fit);

  await move("touchStart", 120);
  await move("touchMove", 180);
  await move("touchMove", 260);
  await expect.poll(top).toBe(before + 140);
  await move("touchEnd");
  await viewer.waitFor({ state: "hidden" });
});

test("downloads the original file under a name from the prompt, by button and key", async () => {
  const prompt = "A kite over the dunes";
  const { page, studio } = await open([prompt]);
  const viewer = await studio.openImage(prompt);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    viewer.getByRole("link", { name: galleryText.download }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/kite.*dunes.*\.png$/i);
  expect(sha256(await readFile(await file.path()))).toBe(await simulator.sha256Of(prompt));
  const [again] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("d")]);
  expect(sha256(await readFile(await again.path()))).toBe(await simulator.sha256Of(prompt));
});

test("Again uses the same settings with another seed; Edit fills the form", async () => {
  const prompt = "A clockwork heron";
  const { page, studio, client } = await open([prompt]);
  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: imageText.again }).click();
  await viewer.getByText(imageText.againDone(1, false)).waitFor();
  await expect.poll(async () => (await simulator.creates(prompt)).length).toBe(2);
  await client.isIdle();
  const { items } = await (await client.call("GET", "/api/generations")).json();
  const [one, other] = items;
  expect(one.prompt).toBe(other.prompt);
  expect(one.model).toBe(other.model);
  expect(one.options.seed).not.toBe(other.options.seed);

  await viewer.getByRole("button", { name: imageText.edit }).click();
  await studio.prompt.waitFor();
  expect(await studio.prompt.inputValue()).toBe(prompt);
  expect(new URL(page.url()).pathname).toBe("/");
});

test("Edit of an image opened from Create leaves the cursor in the prompt", async () => {
  const prompt = "A clockwork swift";
  const { page, studio } = await open([prompt]);
  await studio.open();
  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: imageText.edit }).click();
  await expect.poll(() => studio.prompt.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.type(" g");
  expect(await studio.prompt.inputValue()).toBe(`${prompt} g`);
});

test("each click on Again creates one image, a held key only one, and Edit opens the form once", async () => {
  const prompt = "A clockwork wren";
  const { page, studio, client } = await open([prompt]);
  const viewer = await studio.openImage(prompt);
  const again = viewer.getByRole("button", { name: imageText.again });
  await again.dblclick();
  await expect.poll(async () => (await simulator.creates(prompt)).length).toBe(3);
  await client.isIdle();

  const hold = async () => {
    for (let count = 0; count < 4; count += 1) await page.keyboard.down("Enter");
    await page.keyboard.up("Enter");
  };
  await again.focus();
  await hold();
  await expect.poll(async () => (await simulator.creates(prompt)).length).toBe(4);
  await client.isIdle();

  const length = () => page.evaluate(() => history.length);
  const before = await length();
  await viewer.getByRole("button", { name: imageText.edit }).focus();
  await page.keyboard.down("Enter");
  await expect.poll(() => studio.prompt.evaluate((field) => field === document.activeElement)).toBe(true);
  // The key is still down when the form has the focus.
  await hold();
  expect(await length()).toBe(before + 1);
  expect(await studio.prompt.inputValue()).toBe(prompt);
  // One too many would be queued or sent.
  await client.isIdle();
  expect(await studio.queued(prompt).count()).toBe(0);
  expect(await simulator.creates(prompt)).toHaveLength(4);
});

test("a zip file holds the original files under different names", async () => {
  const prompts = [
    "The same words",
    "The same words",
    "Ein Fluß, 川, and a very, very long description of it all",
  ];
  const { page, context } = await open(prompts);
  await page
    .getByRole("checkbox", { name: /^Select/ })
    .first()
    .waitFor({ state: "attached" });
  await page.getByRole("button", { name: galleryText.select, exact: true }).click();
  const bar = page.getByRole("group", { name: galleryText.select });
  await bar.getByRole("button", { name: galleryText.selectAll(3) }).click();
  // A test cannot answer the file dialog of Chromium; other browsers have none.
  await page.evaluate(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    bar.getByRole("button", { name: galleryText.download }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^images-\d{4}-\d\d-\d\d\.zip$/);
  await page.getByText(galleryText.zipSaved(3)).waitFor();
  const entries = entriesOf(await readFile(await file.path()));
  const facts = JSON.parse(String(Buffer.from(entries.pop()?.bytes ?? []))) as { file: string; id: string }[];
  expect(new Set(entries.map(({ name }) => name)).size).toBe(3);
  expect(entries.filter(({ name }) => name.startsWith("the-same-words-")).length).toBe(2);
  expect(entries.some(({ name }) => name.startsWith("ein-fluß-川-and-a-very"))).toBe(true);
  const { items } = await (await context.request.get("/api/generations")).json();
  expect(facts.map(({ file }) => file)).toEqual(entries.map(({ name }) => name));
  expect(facts.map(({ id }) => id)).toEqual(items.map(({ id }: { id: string }) => id));
  const originals: string[] = await Promise.all(
    items.map(async (item: { outputUrl: string }) =>
      sha256(await (await context.request.get(item.outputUrl)).body()),
    ),
  );
  expect(entries.map(({ bytes }) => sha256(bytes)).toSorted()).toEqual(originals.toSorted());
});

test("a double click downloads one zip file, which continues without its selection and can be canceled", async () => {
  const { page, studio } = await open(["A first oar", "A second oar"]);
  const requested: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await studio.images.first().waitFor();
  await page.evaluate(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
  await page.route(/\/images\/[^?]+$/, async (route) => {
    requested.push(route.request().url());
    await held;
    await route.continue().catch(() => {});
  });
  const files: string[] = [];
  page.on("download", (file) => void files.push(file.suggestedFilename()));
  const bar = page.getByRole("group", { name: galleryText.select });
  const progress = bar.getByRole("progressbar", { name: galleryText.zipProgress(0, 2) });
  const selectAll = async () => {
    await studio.image("A first oar").focus();
    await page.keyboard.press("Control+a");
  };

  await selectAll();
  await bar.getByRole("button", { name: galleryText.download }).dblclick();
  await progress.waitFor();
  await expect.poll(() => requested).toHaveLength(2);

  await page.keyboard.press("Escape");
  await bar.getByRole("button", { name: galleryText.endSelection }).waitFor({ state: "detached" });
  expect(await progress.count(), "with nothing selected").toBe(1);
  await page.getByRole("link", { name: commonText.create, exact: true }).click();
  await studio.prompt.waitFor();
  await page.getByRole("link", { name: commonText.gallery, exact: true }).click();
  await progress.waitFor();
  await bar.getByRole("button", { name: galleryText.cancel }).click();
  await bar.waitFor({ state: "detached" });
  expect(files, "canceled").toEqual([]);
  await selectAll();
  const again = bar.getByRole("button", { name: galleryText.download });

  release();
  await again.dblclick();
  await page.getByText(galleryText.zipSaved(2)).waitFor();
  expect(files).toHaveLength(1);
  expect(requested).toHaveLength(4);
});

test("writes a zip file directly to disk if the browser supports it", async () => {
  const { page } = await open(["A fern", "A frond"]);
  // A file in the origin's private file system needs no dialog.
  await page.evaluate(() => {
    Object.assign(window, {
      showSaveFilePicker: async () =>
        (await navigator.storage.getDirectory()).getFileHandle("all.zip", { create: true }),
    });
  });
  await page.getByRole("link", { name: createText.open("A fern") }).focus();
  await page.keyboard.press("Control+a");
  await page
    .getByRole("group", { name: galleryText.select })
    .getByRole("button", { name: galleryText.download })
    .click();
  await page.getByText(galleryText.zipSaved(2)).waitFor();
  const written = await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle("all.zip")).getFile();
    return [...new Uint8Array(await file.arrayBuffer())];
  });
  expect(entriesOf(Buffer.from(written)).map(({ name }) => name.replace(/-[0-9a-f-]{20,}/, ""))).toEqual([
    "a-frond.png",
    "a-fern.png",
    "images.json",
  ]);
});

test("lists a failed generation with its reason", async () => {
  const { page, studio, client } = await open(["A gate"]);
  await client.generate({ prompt: "[mood:failed] A broken gate" });
  await client.isIdle();
  await studio.image("A gate").waitFor();
  await studio.open("/gallery?status=failed");
  await page.getByRole("link", { name: galleryText.failed("[mood:failed] A broken gate") }).click();
  await page.getByRole("dialog").getByRole("heading", { name: failureSentences.upstream_failed }).waitFor();
});
