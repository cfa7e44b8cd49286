/** What a user sees and does in the studio, found by role and name. */
import type { Locator, Page } from "playwright-core";
import { MODELS, type ModelId } from "../../../worker/shared/models.ts";
import { until } from "./until.ts";
import { type Words, written } from "./words.ts";

export function createStudioPage(
  page: Page,
  { commonText, menuText, signInText, createText, imageText }: Words = written,
) {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const queue = page.getByRole("region", { name: createText.queue });
  const studio = {
    button,
    prompt: page.getByRole("textbox", { name: commonText.prompt }),
    generateButton: button(commonText.generate),
    signInDialog: page.getByRole("dialog", { name: menuText.signIn }),
    shareDialog: page.getByRole("dialog", { name: imageText.shareTitle }),
    viewer: (prompt: string) => page.getByRole("dialog", { name: prompt }),
    /** The entry in flight with this prompt. */
    working: (prompt: string) => page.locator('li[aria-busy="true"]').filter({ hasText: prompt }),
    /** Every listed entry with this prompt, in any state. */
    entry: (prompt: string) => page.getByRole("listitem").filter({ hasText: prompt }),
    /** This prompt in the queue, whether its list is open or closed. */
    queued: (prompt: string) => queue.locator("li").filter({ hasText: prompt }),
    /** The link of a finished image in a list. */
    image: (prompt: string) => page.getByRole("link", { name: createText.open(prompt), exact: true }),
    images: page.getByRole("link", { name: createText.open("") }),

    async open(path = "/") {
      await page.goto(path);
      await page.getByRole("main").waitFor();
      // The page is rendered by the build: Preact marks its root once the script has taken over.
      await page.waitForFunction(() => "__k" in (document.getElementById("app") ?? {}));
    },
    /** Waits until the studio knows who is signed in, and with which plan. */
    isSignedIn: () => page.locator("header [data-avatar]").waitFor(),
    async chooseModel(id: ModelId) {
      const label = MODELS.find((model) => model.id === id)?.label ?? id;
      await page.getByRole("group", { name: commonText.models }).getByText(label, { exact: true }).click();
      await page.getByRole("radio", { name: label, checked: true }).waitFor({ state: "attached" });
    },
    async generate(prompt: string) {
      await studio.prompt.fill(prompt);
      await studio.generateButton.click();
    },
    /** Opens the list of the queue where it is closed, and waits for this prompt in it. */
    async seesQueued(prompt: string) {
      await studio.queued(prompt).waitFor({ state: "attached" });
      const toggle = queue.locator("[aria-expanded]");
      if ((await toggle.getAttribute("aria-expanded")) === "false") await toggle.click();
      await studio.queued(prompt).waitFor();
    },
    /** Types an address into the dialog that is open. */
    async signIn(email: string) {
      await studio.signInDialog.getByLabel(signInText.email).fill(email);
      await studio.signInDialog.getByRole("button", { name: menuText.signIn, exact: true }).click();
    },
    async signOut() {
      await button(commonText.account).click();
      await button(menuText.signOut).click();
    },
    /** Waits until the image is decoded: a broken one is an `img` too. */
    async seesImage(prompt: string) {
      const image = studio.image(prompt).getByRole("img");
      await image.waitFor();
      await isDrawn(image, prompt);
    },
    async openImage(prompt: string) {
      await studio.image(prompt).click();
      const viewer = studio.viewer(prompt);
      await viewer.waitFor();
      return viewer;
    },
  };
  return studio;
}

export type StudioPage = ReturnType<typeof createStudioPage>;

/** Waits until the image is decoded. */
export async function isDrawn(image: Locator, name: string): Promise<void> {
  await image.scrollIntoViewIfNeeded();
  await until(`the pixels of "${name}"`, () =>
    image.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0),
  );
}
