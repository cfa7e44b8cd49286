/** What a person sees and does in the studio, in the words that are on the screen. */
import type { Locator, Page } from "playwright-core";
import { MODELS, type ModelId } from "../../../worker/catalog.ts";
import { until } from "./until.ts";
import { type Words, written } from "./words.ts";

export function createStudioPage(page: Page, { text, later, making, pictureText }: Words = written) {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const studio = {
    button,
    prompt: page.getByRole("textbox", { name: text.prompt }),
    generateButton: button(text.generate),
    signInDialog: page.getByRole("dialog", { name: later.signInTitle }),
    shareDialog: page.getByRole("dialog", { name: pictureText.shareTitle }),
    viewer: (prompt: string) => page.getByRole("dialog", { name: prompt }),
    /** The card on its way that shows this prompt. */
    working: (prompt: string) => page.locator('li[aria-busy="true"]').filter({ hasText: prompt }),
    /** A card without a picture: what it says and offers. */
    card: (prompt: string) => page.getByRole("listitem").filter({ hasText: prompt }),
    /** What waits for a place with this prompt. */
    waiting: (prompt: string) =>
      page.getByRole("region", { name: making.upNext }).getByRole("listitem").filter({ hasText: prompt }),
    /** The finished picture in a list; opens the picture view. */
    picture: (prompt: string) => page.getByRole("link", { name: making.open(prompt), exact: true }),
    pictures: page.getByRole("link", { name: making.open("") }),

    async open(path = "/") {
      await page.goto(path);
      await page.getByRole("main").waitFor();
    },
    /** Waits until the studio knows who is signed in, and with which plan. */
    isSignedIn: () => page.locator("header .initial").waitFor(),
    async chooseModel(id: ModelId) {
      const label = MODELS.find((model) => model.id === id)?.label ?? id;
      await page.getByRole("group", { name: text.models }).getByText(label, { exact: true }).click();
      await page.getByRole("radio", { name: label, checked: true }).waitFor({ state: "attached" });
    },
    async generate(prompt: string) {
      await studio.prompt.fill(prompt);
      await studio.generateButton.click();
    },
    /** Types an address into the dialog that is open. */
    async signIn(email: string) {
      await studio.signInDialog.getByLabel(later.email).fill(email);
      await studio.signInDialog.getByRole("button", { name: later.signIn }).click();
    },
    async signOut() {
      await button(text.account).click();
      await button(later.signOut).click();
    },
    /** Waits until the picture's own pixels are on screen: an `img` alone may be a broken one. */
    async seesPicture(prompt: string) {
      const image = studio.picture(prompt).getByRole("img");
      await image.waitFor();
      await isDrawn(image, prompt);
    },
    async openPicture(prompt: string) {
      await studio.picture(prompt).click();
      const viewer = studio.viewer(prompt);
      await viewer.waitFor();
      return viewer;
    },
  };
  return studio;
}

export type StudioPage = ReturnType<typeof createStudioPage>;

/** Waits for the pixels: a broken image is an `img` too. */
export async function isDrawn(image: Locator, name: string): Promise<void> {
  await image.scrollIntoViewIfNeeded();
  await until(`the pixels of "${name}"`, () =>
    image.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0),
  );
}
