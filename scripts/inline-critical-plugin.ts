/**
 * Inlines into index.html what the first paint needs: the stylesheet and the head script. The Content-Security-Policy
 * allows both by their digests.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { minify, type Plugin, type Rolldown, transformWithOxc } from "vite";
import { imagePath, PAGE_PATHS } from "../worker/shared/pages.ts";

const HEAD_SCRIPT = join(import.meta.dirname, "../frontend/head-script.ts");
/** The dev server's own script begins with an @. */
const MAIN_SCRIPT = /<script type="module"[^>]* src="(\/[^"@][^"]*)"><\/script>/;
const INLINE_SCRIPT = /<script data-cfasync="false">(.*?)<\/script>/gs;
const INLINE_STYLE = /<style>(.*?)<\/style>/gs;
const STYLESHEET = /\s*<link rel="stylesheet"[^>]* href="\/([^"]+)">/g;

/** The modules that app.tsx loads lazily. */
const DEFERRED_MODULE = "deferred.tsx";
const GALLERY_MODULE = "gallery/gallery-page.tsx";
const IMAGE_MODULE = "image/image-page.tsx";
const ACCOUNT_MODULE = "account/account-page.tsx";

type Chunks = Record<string, string[]>;

export function inlineCritical(): Plugin {
  return {
    name: "inline-critical",
    transformIndexHtml: {
      order: "post",
      async handler(html, { bundle }) {
        const main = MAIN_SCRIPT.exec(html)?.[1];
        if (main === undefined) throw new Error("index.html has no main script.");
        const script = await headScript(main, bundle ? chunksOfPages(bundle) : {});
        let style = "";
        const page = html.replace(STYLESHEET, (_, file: string) => {
          const sheet = bundle?.[file];
          if (sheet?.type !== "asset") throw new Error(`The build has no ${file}.`);
          style += String(sheet.source).trim();
          delete bundle?.[file];
          return "";
        });
        const head = [
          `<link rel="modulepreload" href="${main}" />`,
          style && `<style>${style}</style>`,
          // The attribute keeps Rocket Loader, a feature of Cloudflare zones, from changing the script.
          `<script data-cfasync="false">${script}</script>`,
        ];
        return page.replace(MAIN_SCRIPT, () => head.join("\n    "));
      },
    },
    writeBundle: {
      // Before the service worker's digest of the headers.
      order: "pre",
      sequential: true,
      async handler({ dir }, bundle) {
        const pages = Object.values(bundle)
          .filter(({ fileName }) => fileName.endsWith(".html"))
          .map((page) => (page.type === "asset" ? String(page.source) : ""));
        const path = join(dir ?? "", "_headers");
        const headers = await readFile(path, "utf8");
        const allowed = headers
          .replace("script-src 'self'", `script-src 'self' ${digestsOf(pages, INLINE_SCRIPT)}`)
          .replace("style-src 'self'", `style-src 'self' ${digestsOf(pages, INLINE_STYLE)}`);
        await writeFile(path, allowed);
      },
    },
  };
}

async function headScript(main: string, chunks: Chunks): Promise<string> {
  const { code } = await transformWithOxc(await readFile(HEAD_SCRIPT, "utf8"), HEAD_SCRIPT, {
    define: { __MAIN__: JSON.stringify(main), __CHUNKS__: JSON.stringify(chunks) },
  });
  return (await minify(HEAD_SCRIPT, code)).code.trim();
}

/** The chunks that each page loads after the first screen, by the first segment of its path. */
function chunksOfPages(bundle: Rolldown.OutputBundle): Chunks {
  const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
  const initial = withImports(chunks.filter(({ isEntry }) => isEntry));
  return {
    [PAGE_PATHS.create]: filesOf([DEFERRED_MODULE]),
    [PAGE_PATHS.gallery]: filesOf([DEFERRED_MODULE, GALLERY_MODULE]),
    [PAGE_PATHS.account]: filesOf([DEFERRED_MODULE, ACCOUNT_MODULE]),
    [imagePath("").slice(0, -1)]: filesOf([DEFERRED_MODULE, GALLERY_MODULE, IMAGE_MODULE]),
  };

  function filesOf(modules: string[]): string[] {
    const own = modules.map((module) => {
      const chunk = chunks.find(({ moduleIds }) =>
        moduleIds.some((id) => id.endsWith(`/frontend/${module}`)),
      );
      if (!chunk) throw new Error(`The build has no chunk with ${module}.`);
      return chunk;
    });
    return [...withImports(own)].filter((chunk) => !initial.has(chunk)).map(({ fileName }) => `/${fileName}`);
  }

  function withImports(from: Rolldown.OutputChunk[]): Set<Rolldown.OutputChunk> {
    const found = new Set(from);
    for (const chunk of found) {
      for (const other of chunks) if (chunk.imports.includes(other.fileName)) found.add(other);
    }
    return found;
  }
}

/** Of what these pages contain inline, each once. */
function digestsOf(pages: string[], element: RegExp): string {
  const texts = pages.flatMap((page) => [...page.matchAll(element)].map(([, text = ""]) => text));
  const digests = texts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  return [...new Set(digests)].join(" ");
}
