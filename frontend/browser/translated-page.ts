/**
 * A browser that translates the page puts <font> elements in the place of text nodes, or moves the text nodes into them
 * (preactjs/preact#948). Preact keeps its text nodes: inserting before one throws, and changing one shows nothing.
 */
const translations = new WeakMap<Node, Element>();

export function allowTranslation(): void {
  const { insertBefore } = Node.prototype;
  Node.prototype.insertBefore = function insertBeforeTranslated<T extends Node>(
    this: Node,
    node: T,
    before: Node | null,
  ): T {
    detach(node)?.remove();
    let child = before && (translations.get(before) ?? before);
    while (child && child.parentNode !== this) child = child.parentNode;
    insertBefore.call(this, node, child);
    return node;
  };
  new MutationObserver((records) => {
    for (const { addedNodes, removedNodes, previousSibling } of records) {
      const text = removedNodes[0];
      if (!(text instanceof Text) || text.isConnected) continue;
      const element = addedNodes[0] ?? previousSibling;
      if (element instanceof HTMLElement && element.localName === "font") attach(text, element);
    }
  }).observe(document, { childList: true, subtree: true });
}

/** The removed text node reports its translation's parent and sibling to Preact; new text puts it back. */
function attach(text: Text, translation: Element): void {
  translations.set(text, translation);
  const own = (descriptor: PropertyDescriptor) => ({ ...descriptor, configurable: true });
  Object.defineProperties(text, {
    parentNode: own({ get: () => translation.parentNode }),
    nextSibling: own({ get: () => translation.nextSibling }),
    remove: own({ value: () => translation.remove() }),
    data: own({
      get: () => text.nodeValue,
      set(value: string) {
        detach(text);
        text.data = value;
        translation.replaceWith(text);
      },
    }),
  });
}

function detach(node: Node): Element | undefined {
  const translation = translations.get(node);
  if (!translation) return undefined;
  translations.delete(node);
  for (const name of ["parentNode", "nextSibling", "remove", "data"]) Reflect.deleteProperty(node, name);
  return translation;
}
