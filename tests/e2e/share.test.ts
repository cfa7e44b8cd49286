/** A public link, until it is revoked. */
import { readFile } from "node:fs/promises";
import { imageDimensionsFromData } from "image-dimensions";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { imageText } from "../../frontend/text/image.ts";
import { startApp } from "./support/app.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { createSimulatorClient, sha256 } from "./support/simulator.ts";
import { isDrawn } from "./support/studio-page.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

test("a public link shows the image and its social card; a revoked link is 404", async () => {
  const prompt = "A heron in the reeds, for everyone";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: "Share" }).click();
  await studio.shareDialog.getByRole("switch", { name: imageText.publicLink }).click();
  const link = await studio.shareDialog.getByLabel(imageText.link, { exact: true }).inputValue();
  await studio.shareDialog.getByRole("button", { name: imageText.copied }).waitFor();
  expect(link).toMatch(new RegExp(`^${app.url}/s/[\\w-]{20,}$`));
  expect(await page.evaluate(() => navigator.clipboard.readText()), "copied with the click").toBe(link);
  const shown = page.waitForResponse(
    (response) =>
      response.url().endsWith("/share") && response.request().postData() === '{"showPrompt":true}',
  );
  await studio.shareDialog.getByLabel(imageText.showPrompt).check();
  await shown;

  const stranger = await visit({ viewport: PHONE });
  const answer = await stranger.page.goto(link);
  expect(answer?.status()).toBe(200);
  await isDrawn(stranger.page.getByRole("img", { name: prompt }), prompt);
  await stranger.page.getByText(prompt, { exact: true }).waitFor();

  const image768 = stranger.page.getByRole("img", { name: prompt });
  expect(await image768.evaluate((image: HTMLImageElement) => image.currentSrc)).toBe(
    `${link}/image?size=768`,
  );
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
    "og:image": `${link}/image?size=768`,
    "og:image:type": "image/webp",
    "twitter:card": "summary_large_image",
    robots: "noindex",
  });
  // As a social network would: without cookies, from the address in the card.
  const image = new Uint8Array(await (await fetch(String(card["og:image"]))).arrayBuffer());
  const { width, height, type } = imageDimensionsFromData(image) ?? {};
  expect(type).toBe("webp");
  expect([card["og:image:width"], card["og:image:height"]]).toEqual([String(width), String(height)]);

  const original = new Uint8Array(await (await fetch(`${link}/image`)).arrayBuffer());
  expect(sha256(original)).toBe(await simulator.sha256Of(prompt));

  await studio.shareDialog.getByRole("switch", { name: imageText.publicLink }).click();
  await page.getByText(imageText.sharingStopped).waitFor();
  stranger.expectsInConsole(/status of 404/);
  expect((await stranger.page.reload())?.status()).toBe(404);
  expect((await fetch(`${link}/image`)).status).toBe(404);
});

describe.each([DESKTOP, PHONE])("at $width px", (viewport) => {
  test("a visitor downloads the image and tries its prompt, and can restore a draft", async () => {
    // As long as a prompt can be, with characters that an address escapes.
    const prompt = "狐 & <fox> 100% #1 \u{1f98a}".padEnd(500, " +");
    const client = await createClient(app.url, newEmail());
    const { id } = await client.makes(prompt.trimEnd());
    const share = await client.call("POST", `/api/generations/${id}/share`, { showPrompt: true });
    const { url } = (await share.json()) as { url: string };
    const { page, studio } = await visit({ viewport });
    const submitted: string[] = [];
    page.on("request", (request) => request.method() === "POST" && submitted.push(request.url()));
    await studio.open();
    await studio.prompt.fill("Half a thought");
    await page.goto(url);

    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download" }).click(),
    ]);
    const original = new Uint8Array(await (await fetch(`${url}/image`)).arrayBuffer());
    expect(sha256(await readFile(await file.path()))).toBe(sha256(original));
    await page.getByRole("link", { name: "Try this prompt" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => studio.prompt.inputValue()).toBe(prompt.trimEnd());
    await studio.button(commonText.restoreDraft).click();
    expect(await studio.prompt.inputValue()).toBe("Half a thought");
    expect([submitted, page.url()]).toEqual([[], `${app.url}/`]);
  });
});

test("a tall image is loaded at the size that the page shows", async () => {
  // With images of a real size.
  const real = await startApp();
  onTestFinished(() => real.stop());
  const client = await createClient(real.url, newEmail());
  const { id, width } = await client.makes("A tall tower in the fog", { aspectRatio: "9:16" });
  expect(width, "more than is shown").toBeGreaterThan(500);
  const { url } = (await (await client.call("POST", `/api/generations/${id}/share`, {})).json()) as {
    url: string;
  };
  for (const [screen, side] of [
    [{ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 }, 768],
    [{ viewport: PHONE, deviceScaleFactor: 1 }, 768],
    [{ viewport: PHONE, deviceScaleFactor: 3 }, 1280],
  ] as const) {
    const { page } = await visit({ url: real.url, ...screen });
    await page.goto(url);
    const image = page.getByRole("img").last();
    await isDrawn(image, url);
    const shown = await image.evaluate((img: HTMLImageElement) => new URL(img.currentSrc).search);
    expect(shown, JSON.stringify(screen)).toBe(`?size=${side}`);
  }
});

test("a shared image does not move while the rest of its page loads", async () => {
  const client = await createClient(app.url, newEmail());
  const { id } = await client.makes("A tall lighthouse", { model: "truefusion-edge" });
  const { url } = (await (await client.call("POST", `/api/generations/${id}/share`, {})).json()) as {
    url: string;
  };
  const whole = await (await fetch(url)).text();
  for (const viewport of [PHONE, { width: 1440, height: 900 }]) {
    const { page } = await visit({ viewport });
    let cut = "";
    await page.route(url, async (route) => {
      const response = await route.fetch();
      const body = await response.text();
      await route.fulfill({ response, body: cut ? body.slice(0, body.indexOf(cut)) : body });
    });
    const top = async () => {
      await page.goto(url);
      return (await page.locator("figure img").boundingBox())?.y;
    };
    const stays = await top();
    for (cut of ["<figcaption", 'class="action"', "</main>"]) {
      expect(whole).toContain(cut);
      expect(await top(), `${viewport.width} px, up to ${cut}`).toBe(stays);
    }
  }
});

/** Each tries to break out of another place that contains the prompt. */
const HOSTILE: Record<string, string> = {
  "a script": "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">",
  "the end of the title": "</title></head><body><script>document.title='pwned'</script>",
  "the end of an attribute": `" onload="document.title='pwned'" x="' autofocus onfocus='document.title="pwned"'`,
  "the end of a style and a comment": "</style>--><svg onload=document.title='pwned'>{{7*7}}${7*7}",
  "what is escaped already": "&lt;b&gt; &amp;quot; &#x27; %3Cscript%3E \\u003cscript\\u003e",
  "another direction": "\u202eevil\u202c \u2066isolate\u2069 \u200f\u200e",
  "500 emoji": "\u{1f98a}".repeat(500),
};

test("hostile prompts are shown as text: nothing in them runs, and social cards contain them whole", async () => {
  const client = await createClient(app.url, newEmail());
  const { page } = await visit({ viewport: PHONE });
  // A request that a prompt starts goes to another origin or violates the page's policy: both fail the test.
  for (const [what, prompt] of Object.entries(HOSTILE)) {
    const { id } = await client.makes(prompt);
    const share = await client.call("POST", `/api/generations/${id}/share`, { showPrompt: true });
    const { url } = (await share.json()) as { url: string };
    expect((await page.goto(url))?.status(), what).toBe(200);
    const shown = await page.evaluate(() => ({
      text: document.querySelector("figcaption p")?.textContent,
      alt: document.querySelector("figure img")?.getAttribute("alt"),
      cardAlt: document.querySelector<HTMLMetaElement>("meta[property='og:image:alt']")?.content,
      title: document.title,
      cardTitle: document.querySelector<HTMLMetaElement>("meta[property='og:title']")?.content,
      description: document.querySelector<HTMLMetaElement>("meta[property='og:description']")?.content,
      strangers: document.querySelectorAll("script, svg, iframe, [onload], [onerror], [onfocus]").length,
    }));
    expect(shown, what).toMatchObject({ text: prompt, alt: prompt, cardAlt: prompt, strangers: 0 });
    const beginning = prompt.replace(/\s+/g, " ").slice(0, 80);
    expect(shown.cardTitle, what).toContain(beginning);
    expect(shown.description, what).toContain(prompt);
    // Browsers collapse what surrounds a title, and nothing else was written to it.
    expect(shown.title, what).toContain(beginning.trim());
  }
});

test("the prompt is private by default", async () => {
  const prompt = "A secret garden behind a wall";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: "Share" }).click();
  await studio.shareDialog.getByRole("switch", { name: imageText.publicLink }).click();
  const link = await studio.shareDialog.getByLabel(imageText.link, { exact: true }).inputValue();
  expect(await (await fetch(link)).text()).not.toContain("secret garden");
  expect(await page.getByRole("dialog").count()).toBe(2);
});
