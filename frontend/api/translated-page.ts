/**
 * A browser that translates the page moves text nodes into <font> elements (preactjs/preact#948). Preact then inserts
 * before a node that has another parent, which throws: the new node goes before the element that holds the text.
 */
export function allowTranslation(prototype: Node = Node.prototype): void {
  const { insertBefore } = prototype;
  prototype.insertBefore = function insertBeforeTranslated<T extends Node>(
    this: Node,
    node: T,
    before: Node | null,
  ): T {
    let child = before;
    while (child && child.parentNode !== this) child = child.parentNode;
    insertBefore.call(this, node, child);
    return node;
  };
}
