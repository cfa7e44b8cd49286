import { cleanup, render } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { allowTranslation } from "../../frontend/api/translated-page.ts";

const { insertBefore } = Node.prototype;
afterEach(() => {
  cleanup();
  Node.prototype.insertBefore = insertBefore;
});

/** As Chrome's page translation does. */
function translate(root: Element) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Node[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const font = document.createElement("font");
    text.parentNode?.replaceChild(font, text);
    font.append(text);
  }
}

const Sentence = ({ count, icon }: { count: number; icon: boolean }) => (
  <p>
    {icon && <b>!</b>}
    {count} images
  </p>
);

test("in a translated page elements are inserted before texts, and texts stay current", () => {
  allowTranslation();
  const { container, rerender } = render(<Sentence count={1} icon={false} />);
  translate(container);
  rerender(<Sentence count={2} icon />);
  expect(container.textContent).toBe("!2 images");
  translate(container);
  rerender(<Sentence count={3} icon={false} />);
  expect(container.textContent).toBe("3 images");
});
