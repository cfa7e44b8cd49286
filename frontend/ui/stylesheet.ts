/**
 * Adds a lazy part's stylesheet, and is done when it counts. The part awaits it at its top (`import href from
 * "….css?url"`), so that whoever imports the part gets it with its looks; if it cannot be had, neither can the part.
 */
export function stylesheet(href: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.addEventListener("load", resolve);
    link.addEventListener("error", reject);
    Object.assign(link, { rel: "stylesheet", href });
    document.head.append(link);
  });
}
