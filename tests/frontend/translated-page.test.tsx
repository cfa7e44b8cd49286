import { cleanup, render } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { allowTranslation } from "../../frontend/browser/translated-page.ts";

const { insertBefore } = Node.prototype;
afterEach(() => {
  cleanup();
  Node.prototype.insertBefore = insertBefore;
});

/** Moves text nodes into <font> elements, or puts elements with a copy in their place, as Chrome does. */
async function translate(root: Element, keepsNodes: boolean) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Node[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const font = document.createElement("font");
    font.textContent = text.textContent;
    text.parentNode?.insertBefore(font, text);
    text.parentNode?.removeChild(text);
    if (keepsNodes) font.replaceChildren(text);
  }
  // Observers of the page run before anything else renders.
  await new Promise((done) => setTimeout(done));
}

const Sentence = ({ count, icon, note }: { count: number; icon: boolean; note?: string }) => (
  <p>
    {icon && <b>!</b>}
    {count} images
    <i>{note}</i>
    {!icon && "."}
  </p>
);

test.each([true, false])(
  "a translated page stays current where text nodes are kept: %s",
  async (keepsNodes) => {
    allowTranslation();
    const { container, rerender } = render(<Sentence count={1} icon={false} note=" (loading)" />);
    expect(container.textContent).toBe("1 images (loading).");
    await translate(container, keepsNodes);
    rerender(<Sentence count={2} icon note=" (saving)" />);
    expect(container.textContent).toBe("!2 images (saving)");
    await translate(container, keepsNodes);
    rerender(<Sentence count={3} icon={false} />);
    expect(container.textContent).toBe("3 images.");
  },
);
