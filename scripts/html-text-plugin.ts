/** What index.html and the manifest say, from the catalogue: `%name%` in either stands for a word or a sentence of it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Plugin, runnerImport } from "vite";
import { catalogue } from "./locale-plugin.ts";

const root = join(import.meta.dirname, "..");
const MANIFEST = "manifest.webmanifest";

/** `language`: as for `catalogue`. */
export function pageWords(language: string): Plugin {
  const words = async <T>(name: string): Promise<T> =>
    (
      await runnerImport<T>(`./frontend/text/${name}.ts`, {
        configFile: false,
        root,
        plugins: [catalogue(language)],
      })
    ).module;

  async function filled(text: string): Promise<string> {
    const { page } = await words<typeof import("../frontend/text/html.ts")>("html");
    const { language: spoken } = await words<typeof import("../frontend/text/language.ts")>("language");
    return Object.entries({ ...page, lang: spoken.tag, dir: spoken.direction }).reduce(
      (so, [name, value]) => so.replaceAll(`%${name}%`, value),
      text,
    );
  }

  return {
    name: "page-words",
    transformIndexHtml: { order: "pre", handler: filled },
    async writeBundle({ dir }) {
      const path = join(dir ?? "", MANIFEST);
      await writeFile(path, await filled(await readFile(path, "utf8")));
    },
  };
}
