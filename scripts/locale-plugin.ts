/** In which language a build speaks: the catalogue in `frontend/text/`, another one in a folder of its own there, or none that anybody speaks. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const folder = join(import.meta.dirname, "../frontend/text");
const pseudo = join(import.meta.dirname, "../tests/pseudo/pseudo.ts");

/**
 * `language`: empty for the catalogue as it is written; a tag for `frontend/text/<tag>/`, whose files stand in for
 * those of the same names; or `pseudo`, for tests: every string marked, longer, and from right to left.
 */
export function catalogue(language: string): Plugin {
  if (language === "") return { name: "catalogue" };
  if (language === "pseudo") {
    return {
      name: "catalogue",
      enforce: "pre",
      transform: {
        filter: { id: /frontend\/text\/(?!words|plural|format\.)\w+\.ts$/ },
        handler(code) {
          const names: string[] = [];
          const hidden = code.replace(/^export const (\w+)/gm, (_, name: string) => {
            names.push(name);
            return `const ${name}`;
          });
          const exported = names.map(
            (name) => `const pseudo_${name} = pseudo(${name}); export { pseudo_${name} as ${name} };`,
          );
          return [`import { pseudo } from ${JSON.stringify(pseudo)};`, hidden, ...exported].join("\n");
        },
      },
    };
  }
  if (!existsSync(join(folder, language))) throw new Error(`No catalogue in frontend/text/${language}/.`);
  return {
    name: "catalogue",
    enforce: "pre",
    async resolveId(source, importer, options) {
      const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
      const name = resolved?.id.startsWith(`${folder}/`) ? resolved.id.slice(folder.length + 1) : null;
      const translated = name && join(folder, language, name);
      return translated && existsSync(translated) ? translated : resolved;
    },
  };
}
