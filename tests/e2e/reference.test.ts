/** Reference images and Upscale in a studio whose operator offers models for them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { actionsText } from "../../frontend/text/actions.ts";
import { commonText } from "../../frontend/text/common.ts";
import { errors } from "../../frontend/text/errors.ts";
import { imageText } from "../../frontend/text/image.ts";
import { referenceText } from "../../frontend/text/reference.ts";
import { type App, startApp } from "./support/app.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { createSimulatorClient, sha256 } from "./support/simulator.ts";
import { until } from "./support/until.ts";

useBrowser();
let app: App;

beforeAll(async () => {
  const MODELS = [
    "truefusion-pro=Standard: without an image",
    "truefusion-edit=Edit: with an image",
    "upscale:upscaler=Upscale: twice the size",
  ].join(",");
  app = await startApp({ tiny: true, vars: { MODELS } });
});

afterAll(async () => {
  await app?.stop();
});

/** SHA-256 of each image that the simulator has fetched as a reference. */
const fetched = () => createSimulatorClient(app.adminUrl).references();

/** A PNG of one color that no other test has. */
async function drawPng(page: Page, color: string): Promise<Buffer> {
  const base64 = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 48, height: 32 });
    const context = canvas.getContext("2d");
    if (context) context.fillStyle = fill;
    context?.fillRect(0, 0, 48, 32);
    return canvas.toDataURL("image/png").split(",")[1] ?? "";
  }, color);
  return Buffer.from(base64, "base64");
}

/** Drops or pastes a file on the prompt, as the browser does it. */
async function hand(page: Page, how: "drop" | "paste", bytes: Buffer, type = "image/png") {
  await page.getByRole("textbox", { name: commonText.prompt }).evaluate(
    (prompt, { kind, data, mime }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(data)], "image", { type: mime }));
      const init = { bubbles: true, cancelable: true };
      const event =
        kind === "drop"
          ? new DragEvent("drop", { ...init, dataTransfer: transfer })
          : new ClipboardEvent("paste", { ...init, clipboardData: transfer });
      prompt.dispatchEvent(event);
    },
    { kind: how, data: [...bytes], mime: type },
  );
}

test.each([
  ["desktop", {}],
  ["phone", { viewport: PHONE, hasTouch: true, isMobile: true }],
])("an image is made from a chosen file, a second one from a new upload: %s", async (name, options) => {
  const { page, studio } = await visit({ url: app.url, email: newEmail(), ...options });
  await studio.open();
  await studio.isSignedIn();
  await page.getByText("Edit", { exact: true }).first().click();
  const file = await drawPng(page, name === "phone" ? "#204060" : "#604020");
  const chosen = page.waitForEvent("filechooser");
  await studio.button(referenceText.addLabel).click();
  await (await chosen).setFiles({ name: "a.png", mimeType: "image/png", buffer: file });
  await studio.button(referenceText.remove).locator("img").waitFor();
  for (const prompt of [`A lamp, ${name}`, `A vase, ${name}`]) {
    await studio.button(referenceText.remove).waitFor();
    await studio.generate(prompt);
    await studio.seesImage(prompt);
  }
  await until("both references", async () => {
    const same = (await fetched()).filter((digest) => digest === sha256(file));
    return same.length >= 2;
  });
});

test("a file can be dropped and pasted; another type is refused in words", async () => {
  const { page, studio } = await visit({ url: app.url, email: newEmail() });
  await studio.open();
  await studio.isSignedIn();
  await page.getByText("Edit", { exact: true }).first().click();
  await studio.button(referenceText.addLabel).waitFor();
  await hand(page, "drop", Buffer.from("GIF89a"), "image/gif");
  await page.getByText(referenceText.problems.unsupported_media_type).waitFor();
  await hand(page, "drop", Buffer.from("no image"));
  await page.getByText(referenceText.problems.invalid_image).waitFor();
  for (const how of ["drop", "paste"] as const) {
    await hand(page, how, await drawPng(page, how === "drop" ? "#123456" : "#654321"));
    await studio.button(referenceText.remove).click();
    await studio.button(referenceText.remove).waitFor({ state: "detached" });
  }
});

test("an own image becomes the reference and is enlarged; its details lead back to it", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  const { studio } = await visit({ url: app.url, email });
  const first = await client.makes("A stone bridge");
  const original = Buffer.from(await (await client.call("GET", first.outputUrl ?? "")).arrayBuffer());
  await studio.open();
  await studio.seesImage("A stone bridge");
  await studio.button(actionsText.reference).click();
  await studio.button(referenceText.remove).locator("img").waitFor();
  await studio.generate("The bridge in snow");
  await studio.seesImage("The bridge in snow");
  expect(await fetched()).toContain(sha256(original));

  const viewer = await studio.openImage("The bridge in snow");
  await viewer.getByRole("button", { name: actionsText.upscale }).click();
  await viewer.getByText(imageText.inModelDone("Upscale", false)).waitFor();
  await viewer.getByRole("link", { name: imageText.referenceOwn }).click();
  await studio.viewer("A stone bridge").waitFor();
  await until("the enlarged image", async () => {
    const { items } = await (await client.call("GET", "/api/generations?model=upscaler")).json();
    return items.some(({ status }: { status: string }) => status === "succeeded");
  });
});

test("a lost upload rejects the request and keeps the prompt", async () => {
  const { page, studio, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(/status of 404/);
  await studio.open();
  await studio.isSignedIn();
  await page.getByText("Edit", { exact: true }).first().click();
  await page.route("**/api/uploads", (route) =>
    route.fulfill({
      status: 201,
      json: { upload: { id: "lost", width: 48, height: 32, expiresAt: new Date(Date.now() + 60_000) } },
    }),
  );
  await studio.button(referenceText.addLabel).waitFor();
  await hand(page, "drop", await drawPng(page, "#abcdef"));
  await studio.button(referenceText.remove).waitFor();
  await studio.generate("A quiet harbor");
  await page
    .getByRole("listitem")
    .getByText(errors.rejected({ code: "not_found" }, {}))
    .waitFor();
  expect(await studio.prompt.inputValue()).toBe("A quiet harbor");
});
