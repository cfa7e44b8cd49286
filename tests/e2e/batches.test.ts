/** Several images with one Generate, on the Free plan: one after the other, in one grid. */
import { expect, test } from "vitest";
import { batchText } from "../../frontend/text/batch.ts";
import { commonText } from "../../frontend/text/common.ts";
import { stylesText } from "../../frontend/text/styles.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";

useBrowser();

test.each([
  ["desktop", {}],
  ["phone", { viewport: PHONE, hasTouch: true, isMobile: true }],
])("two images in a style arrive in one grid that does not move: %s", async (_, options) => {
  const { page, studio } = await visit({ email: newEmail(), ...options });
  await studio.open();
  await studio.isSignedIn();
  await studio.button(commonText.style).click();
  await page.getByRole("dialog").getByRole("button", { name: "Line art" }).click();
  await page.getByRole("button", { name: stylesText.remove("Line art") }).waitFor();
  await page.getByText("2", { exact: true }).click();
  await studio.prompt.fill("Two herons");
  await studio.button(commonText.generateCount(2)).click();
  const grid = page.getByRole("list", { name: batchText.name(2) });
  await grid.waitFor();
  const frame = page.locator("[data-latest] [data-frame]");
  const before = await frame.boundingBox();
  await page.getByText(batchText.ready(2, 2)).waitFor();
  expect(await grid.getByRole("img").count()).toBe(2);
  const after = await frame.boundingBox();
  expect([after?.width, after?.height]).toEqual([before?.width, before?.height]);

  await page.reload();
  await grid.getByRole("img").nth(1).waitFor();
  await page.getByRole("button", { name: stylesText.remove("Line art") }).waitFor();
});

test("by keyboard alone four images are started and canceled", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.isSignedIn();
  await page.getByRole("radio", { name: batchText.countLabel(1) }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await studio.prompt.focus();
  await page.keyboard.type("[mood:stuck] A slow snail");
  await page.keyboard.press("Enter");
  const cancel = page.getByRole("button", { name: batchText.cancelAll });
  await cancel.press("Enter");
  await cancel.waitFor({ state: "detached" });
  await page.getByRole("list", { name: batchText.name(4) }).waitFor({ state: "detached" });
});
