/** Presets in the real studio: saved and used, by mouse, by touch and by keyboard. */
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { presetsText } from "../../frontend/text/presets.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";

useBrowser();

test.each([
  ["desktop", {}],
  ["phone", { viewport: PHONE, hasTouch: true, isMobile: true }],
])("a preset is saved from the form, used in two clicks, and undone: %s", async (_, options) => {
  const { page, studio } = await visit({ email: newEmail(), ...options });
  await studio.open();
  await studio.isSignedIn();
  await studio.prompt.fill("a fox on a poster");
  await studio.chooseModel("truefusion-2.0");
  await studio.button(commonText.presets).click();
  const dialog = page.getByRole("dialog", { name: presetsText.title });
  await dialog.getByText(presetsText.empty).waitFor();
  await dialog.getByLabel(presetsText.saveForm).fill("Posters");
  await dialog.getByRole("button", { name: presetsText.save, exact: true }).click();
  await dialog.getByRole("button", { name: presetsText.apply("Posters") }).waitFor();
  await dialog.getByRole("button", { name: presetsText.close }).click();

  await page.reload();
  await studio.prompt.fill("my own draft");
  await studio.chooseModel("truefusion-edge");
  await studio.button(commonText.presets).click();
  await dialog.getByRole("button", { name: presetsText.apply("Posters") }).click();
  expect(await studio.prompt.inputValue()).toBe("a fox on a poster");
  await page.getByRole("radio", { name: "High quality", checked: true }).waitFor({ state: "attached" });
  await page.getByRole("button", { name: presetsText.undo }).click();
  expect(await studio.prompt.inputValue()).toBe("my own draft");
  await page.getByRole("radio", { name: "Fast preview", checked: true }).waitFor({ state: "attached" });
});

test("by keyboard alone a preset is used, renamed and deleted", async () => {
  const email = newEmail();
  const client = await createClient(inject("app").url, email);
  await client.call("POST", "/api/presets", { name: "Foxes", prompt: "a fox" });
  const { page, studio } = await visit({ email });
  await studio.open();
  await studio.isSignedIn();
  const dialog = page.getByRole("dialog", { name: presetsText.title });
  await studio.button(commonText.presets).focus();
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: presetsText.rename("Foxes") }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("Kites");
  await page.keyboard.press("Enter");
  await dialog.locator("button:focus", { hasText: "Kites" }).waitFor();
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  expect(await studio.prompt.inputValue()).toBe("a fox");
  // The cursor is in the prompt.
  await page.keyboard.press("End");
  await page.keyboard.type("!");
  expect(await studio.prompt.inputValue()).toBe("a fox!");

  await studio.button(commonText.presets).press("Enter");
  await dialog.getByRole("button", { name: presetsText.remove("Kites") }).press("Enter");
  // Cancel has the focus first.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await dialog.getByText(presetsText.empty).waitFor();
  expect(await (await client.call("GET", "/api/presets")).json()).toEqual({ presets: [] });
});
