import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "vite";
import { openApiDocument } from "./document.ts";
import { referencePage } from "./reference-page.ts";
import { REFERENCE_STYLE } from "./reference-style.ts";

/**
 * Builds `/openapi.json`, and `/developers`, which shows it to people. The files are not part of the bundle: the service
 * worker stores the bundle's files for the studio without network.
 */
export function openApi(): Plugin {
  return {
    name: "openapi",
    apply: "build",
    async writeBundle({ dir }) {
      if (dir === undefined) throw new Error("The build has no output folder.");
      const manifest = new URL("../../package.json", import.meta.url);
      const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
      const digest = createHash("sha256").update(REFERENCE_STYLE).digest("base64url").slice(0, 8);
      const style = `assets/developers-${digest}.css`;
      await Promise.all([
        writeFile(join(dir, "openapi.json"), JSON.stringify(openApiDocument(version))),
        writeFile(join(dir, "developers.html"), referencePage(`/${style}`)),
        writeFile(join(dir, style), REFERENCE_STYLE),
      ]);
    },
  };
}
