/**
 * The part of the walk about what a request has beside its prompt: style, preset, number of images, reference image.
 * That a model takes a reference image is faked in the session; reference.test.ts has such a model.
 */
import type { Page } from "playwright-core";
import type { Session } from "../../../worker/api/schemas/session.ts";
import type { States, Walk } from "./walk.ts";

/** The user's slot is free, before and afterwards. */
export async function* atForm({ page, studio, client, words, prompts, fated }: Walk): States {
  const { batchText, commonText, createText, presetsText, referenceText, stylesText } = words;
  const preset = {
    name: "ثعالب حمراء (٢)",
    prompt: prompts.several,
    options: { aspectRatio: "16:9", count: 2 },
  };
  const made = await (await client.call("POST", "/api/presets", preset)).json();
  await client.call("POST", "/api/presets", { name: "Only settings", model: "truefusion-2.0" });
  const stopReferences = await offerReferences(page);
  await studio.open();
  await studio.isSignedIn();
  await studio.button(commonText.style).click();
  const styles = page.getByRole("dialog", { name: stylesText.title });
  await styles.waitFor();
  yield "styles dialog";
  await styles.getByRole("button", { name: stylesText.label("line-art") }).click();

  await studio.button(commonText.presets).click();
  const presets = page.getByRole("dialog", { name: presetsText.title });
  await presets.getByRole("button", { name: presetsText.rename(preset.name) }).waitFor();
  yield "presets dialog";
  await presets.getByRole("button", { name: presetsText.remove(preset.name) }).click();
  await presets.getByRole("button", { name: presetsText.save, exact: true }).click();
  await presets.getByText(presetsText.nameProblems.empty).waitFor();
  yield "presets dialog, deleting, and saving without a name";
  await page.keyboard.press("Escape");
  await presets.waitFor({ state: "detached" });

  const chooser = page.waitForEvent("filechooser");
  await studio.button(referenceText.addLabel).click();
  const file = { name: "a.png", mimeType: "image/png", buffer: await drawPng(page) };
  await (await chooser).setFiles(file);
  await studio.button(referenceText.remove).locator("img").waitFor();
  yield "style and reference image in the form";
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([], "image", { type: "image/png" }));
    document.body.dispatchEvent(new DragEvent("dragover", { bubbles: true, dataTransfer }));
  });
  await page.getByText(referenceText.drop).waitFor();
  yield "a file over the window";
  await page.evaluate(() => document.body.dispatchEvent(new DragEvent("dragleave", { bubbles: true })));
  await studio.button(referenceText.remove).click();
  await stopReferences();

  await page.getByText("2", { exact: true }).click();
  await studio.prompt.fill(await fated(prompts.batch));
  await studio.button(commonText.generateCount(2)).click();
  await page.getByText(batchText.ready(2, 2)).waitFor();
  await client.isIdle();
  yield "two images";
  await page.getByText("4", { exact: true }).click();
  await studio.prompt.fill(await fated(prompts.batch, "stuck"));
  await studio.button(commonText.generateCount(4)).click();
  await page.getByText(batchText.ready(0, 4)).waitFor();
  await page
    .getByRole("list", { name: batchText.name(4) })
    .getByText(createText.processing)
    .waitFor();
  yield "four images in flight";
  await studio.button(batchText.cancelAll).click();
  await page.getByRole("list", { name: batchText.name(4) }).waitFor({ state: "detached" });
  await client.isIdle();
  await page.getByText("1", { exact: true }).click();
  await studio.button(stylesText.remove(stylesText.label("line-art"))).click();
  await client.call("DELETE", `/api/presets/${made.preset.id}`);
}

/** Makes the browser receive models that take a reference image. Returns the function that ends it. */
async function offerReferences(page: Page): Promise<() => Promise<void>> {
  const path = "**/api/session";
  await page.route(path, async (route) => {
    const response = await route.fetch();
    const session = (await response.json()) as Session;
    const models = session.models.map((model) => ({
      ...model,
      options: { ...model.options, reference: true },
    }));
    await route.fulfill({ response, json: { ...session, models } });
  });
  return () => page.unroute(path);
}

async function drawPng(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 96, height: 96 });
    const context = canvas.getContext("2d");
    if (context) context.fillStyle = "#c2410c";
    context?.fillRect(0, 0, 96, 96);
    return canvas.toDataURL("image/png").split(",")[1] ?? "";
  });
  return Buffer.from(base64, "base64");
}
