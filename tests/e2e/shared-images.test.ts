/** The shared images on the account page, at both widths, with axe. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { type App, startApp } from "./support/app.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { DESKTOP, PHONE, useBrowser, visit } from "./support/browser.ts";
import { type Client, createClient } from "./support/client.ts";
import { paintSeeded, seededId, seedImages } from "./support/seed.ts";

const PROMPT = "Seeded owl";
const EMAIL = "shared@example.com";

useBrowser();
let app: App;
let client: Client;
beforeAll(async () => {
  app = await startApp({ tiny: true });
  client = await createClient(app.url, EMAIL);
  await seedImages(app, { email: EMAIL, count: 30, prompt: PROMPT });
});
afterAll(() => app.stop());

test.each([DESKTOP, PHONE])(
  "links are turned off one by one, and then all at $width px",
  async (viewport) => {
    for (let number = 1; number <= 26; number += 1) {
      await client.call("POST", `/api/generations/${seededId(PROMPT, number)}/share`, {});
    }
    const phone = viewport === PHONE;
    const { page, studio } = await visit({
      url: app.url,
      email: EMAIL,
      viewport,
      hasTouch: phone,
      isMobile: phone,
    });
    await paintSeeded(page, PROMPT);
    await studio.open("/account");
    await page.getByText(accountText.sharedCount(24, true)).waitFor();
    await studio.button(accountText.showMore).click();
    await page.getByText(accountText.sharedCount(26, false)).waitFor();
    expect(await violationsInBothThemes(page, false)).toEqual([]);

    const turnOff = (number: number) => studio.button(accountText.turnOffOne(`${PROMPT} ${number}`));
    await turnOff(26).focus();
    await page.keyboard.press("Enter");
    await page.getByText(accountText.sharedCount(25, false)).waitFor();
    await expect.poll(() => turnOff(25).evaluate((button) => button === document.activeElement)).toBe(true);

    await studio.button(accountText.turnOffAll).click();
    expect(await violationsInBothThemes(page, false)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: accountText.turnOffAll }).click();
    await page.getByText(accountText.sharedNone).waitFor();
    const { items } = await (await client.call("GET", "/api/generations?shared=true")).json();
    expect(items).toEqual([]);
  },
);
