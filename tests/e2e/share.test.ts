/** A link that anybody can open, until it is taken back. */
import { expect, inject, test } from "vitest";
import { pictureText } from "../../frontend/text/pictures.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient, sha256 } from "./support/simulator.ts";
import { isDrawn } from "./support/studio-page.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

test("a stranger sees a shared picture and its card; once taken back the link is dead", async () => {
  const prompt = "A heron in the reeds, for everyone";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesPicture(prompt);
  const viewer = await studio.openPicture(prompt);
  await viewer.getByRole("button", { name: "Share" }).click();
  await studio.shareDialog.getByLabel(pictureText.showPrompt).check();
  await studio.shareDialog.getByRole("switch", { name: pictureText.shareOn }).click();
  const link = await studio.shareDialog.getByLabel(pictureText.link, { exact: true }).inputValue();
  expect(link).toMatch(new RegExp(`^${app.url}/s/[\\w-]{20,}$`));
  expect(await page.evaluate(() => navigator.clipboard.readText()), "copied with the click").toBe(link);

  const stranger = await visit({ viewport: PHONE });
  const answer = await stranger.page.goto(link);
  expect(answer?.status()).toBe(200);
  await isDrawn(stranger.page.getByRole("img", { name: prompt }), prompt);
  await stranger.page.getByText(prompt, { exact: true }).waitFor();

  const size = await stranger.page
    .getByRole("img", { name: prompt })
    .evaluate((image: HTMLImageElement) => ({ width: image.naturalWidth, height: image.naturalHeight }));
  const card = await stranger.page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll("meta")].map((meta) => [
        meta.getAttribute("property") ?? meta.name,
        meta.content,
      ]),
    ),
  );
  expect(card).toMatchObject({
    "og:title": prompt,
    "og:url": link,
    "og:image": `${link}/image`,
    "og:image:type": "image/png",
    "og:image:width": String(size.width),
    "og:image:height": String(size.height),
    "twitter:card": "summary_large_image",
    robots: "noindex",
  });
  // As a social network would: without cookies, from the address in the card.
  const image = await fetch(String(card["og:image"]));
  expect(sha256(new Uint8Array(await image.arrayBuffer()))).toBe(await simulator.sha256Of(prompt));

  await studio.shareDialog.getByRole("switch", { name: pictureText.shareOn }).click();
  await page.getByText(pictureText.sharingStopped).waitFor();
  stranger.expectsInConsole(/status of 404/);
  expect((await stranger.page.reload())?.status()).toBe(404);
  expect((await fetch(`${link}/image`)).status).toBe(404);
});

test("the prompt stays private unless its owner says otherwise", async () => {
  const prompt = "A secret garden behind a wall";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesPicture(prompt);
  const viewer = await studio.openPicture(prompt);
  await viewer.getByRole("button", { name: "Share" }).click();
  await studio.shareDialog.getByRole("switch", { name: pictureText.shareOn }).click();
  const link = await studio.shareDialog.getByLabel(pictureText.link, { exact: true }).inputValue();
  expect(await (await fetch(link)).text()).not.toContain("secret garden");
  expect(await page.getByRole("dialog").count()).toBe(2);
});
