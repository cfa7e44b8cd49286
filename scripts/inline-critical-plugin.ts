/**
 * What index.html carries in its head so that the first paint waits for nothing but the page: the stylesheet of the
 * first screen, and the script that runs before anything is drawn. The policy names both by their digests.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { minify, type Plugin, type Rolldown, transformWithOxc } from "vite";

const EARLY = join(import.meta.dirname, "../frontend/head-script.ts");
/** Not what vite itself puts there while one develops, which begins with an @. */
const STUDIO = /<script type="module"[^>]* src="(\/[^"@][^"]*)"><\/script>/;

/** The lazy parts that a page is drawn with, by how its address begins; a picture is opened over the gallery. */
const PAGES: Record<string, string[]> = {
  "/gallery": ["gallery/gallery-page.tsx"],
  "/account": ["account/account-page.tsx"],
  "/g": ["gallery/gallery-page.tsx", "image/image-page.tsx"],
};

type Bundle = Rolldown.OutputBundle;

export function pageHead(): Plugin {
  let policy = { script: "", style: "" };
  return {
    name: "page-head",
    transformIndexHtml: {
      order: "post",
      async handler(html, { bundle }) {
        const studio = STUDIO.exec(html)?.[1];
        if (studio === undefined) throw new Error("index.html has no studio.");
        const script = await earlyScript(studio, bundle ? filesOfPages(bundle) : {});
        let style = "";
        const page = html.replace(/\s*<link rel="stylesheet"[^>]* href="\/([^"]+)">/g, (_, file: string) => {
          const sheet = bundle?.[file];
          if (sheet?.type !== "asset") throw new Error(`The build has no ${file}.`);
          style += String(sheet.source).trim();
          delete bundle?.[file];
          return "";
        });
        policy = { script: digestOf(script), style: digestOf(style) };
        const head = [
          `<link rel="modulepreload" href="${studio}" />`,
          style && `<style>${style}</style>`,
          // Rocket Loader, a feature of Cloudflare zones, leaves such a script as it is.
          `<script data-cfasync="false">${script}</script>`,
        ];
        return page.replace(STUDIO, () => head.join("\n    "));
      },
    },
    writeBundle: {
      // Before what digests the headers.
      order: "pre",
      sequential: true,
      async handler({ dir }) {
        const path = join(dir ?? "", "_headers");
        const headers = await readFile(path, "utf8");
        const named = headers
          .replace("script-src 'self'", `script-src 'self' ${policy.script}`)
          .replace("style-src 'self'", `style-src 'self' ${policy.style}`);
        await writeFile(path, named);
      },
    },
  };
}

async function earlyScript(studio: string, pages: Record<string, string[]>): Promise<string> {
  const plain = await transformWithOxc(await readFile(EARLY, "utf8"), EARLY, {
    define: { __STUDIO__: JSON.stringify(studio), __PAGE_FILES__: JSON.stringify(pages) },
  });
  return (await minify(EARLY, plain.code)).code.trim();
}

/** Each page's files, stylesheets first: a part awaits its own. What the page itself asks for anyway is left out. */
function filesOfPages(bundle: Bundle): Record<string, string[]> {
  const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
  const initial = closure(chunks.filter(({ isEntry }) => isEntry));
  return Object.fromEntries(
    Object.entries(PAGES).map(([page, parts]) => {
      const own = parts.map((part) => {
        const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/frontend/${part}`));
        if (!chunk) throw new Error(`The build has no part of its own for ${part}.`);
        return chunk;
      });
      const files = [...closure(own)].filter((chunk) => !initial.has(chunk));
      const sheets = own.flatMap((chunk) => [...(chunk.viteMetadata?.importedAssets ?? [])]);
      return [page, [...sheets, ...files.map(({ fileName }) => fileName)].map((file) => `/${file}`)];
    }),
  );

  /** Them, and all that they import. */
  function closure(from: Rolldown.OutputChunk[]): Set<Rolldown.OutputChunk> {
    const found = new Set(from);
    for (const chunk of found) {
      for (const other of chunks) if (chunk.imports.includes(other.fileName)) found.add(other);
    }
    return found;
  }
}

const digestOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
