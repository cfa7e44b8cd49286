import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import preact from "@preact/preset-vite";
import tailwindcss from "@tailwindcss/vite";
import { build, defineConfig, type Plugin, type Rolldown } from "vite";
import { inlineCritical } from "./scripts/inline-critical-plugin.ts";
import { GALLERY_DOCUMENT, prerenderStudio } from "./scripts/prerender-plugin.ts";
import { openApi } from "./scripts/openapi/plugin.ts";

/** The Worker that `npm start` runs (scripts/start.ts). */
const worker = `http://localhost:${process.env["PORT"] ?? "8787"}`;

/**
 * Removes the license comment (the license is in the README) and the line breaks of an icon, and the attributes that
 * all icons share (`.icon` in styles/controls.css).
 */
function minifyIcons(): Plugin {
  return {
    name: "minify-icons",
    enforce: "pre",
    load: {
      filter: { id: /lucide-static\/icons\/.*\.svg\?raw$/ },
      async handler(id) {
        const svg = await readFile(id.replace("?raw", ""), "utf8");
        const bare = svg
          .replace(/<!--.*?-->/s, "")
          .replace(/<svg[^>]*>/, (tag) => `<svg ${/viewBox="[^"]*"/.exec(tag)?.[0]}>`);
        return `export default ${JSON.stringify(bare.replace(/\s+/g, " ").replace(/> </g, "><").trim())}`;
      },
    },
  };
}

/**
 * Replaces Vite's loader of dynamic imports: with one sheet and `modulePreload: false` there is nothing to load before
 * them, but Vite has no option to leave its loader out of the first screen. `npm run bench` notices if the name changes.
 */
function plainDynamicImports(): Plugin {
  return {
    name: "plain-dynamic-imports",
    apply: "build",
    enforce: "pre",
    load: {
      filter: { id: /vite\/preload-helper\.js$/ },
      handler: () => "export const __vitePreload = (load) => load()",
    },
  };
}

/** The files of `public/` that the studio needs without network. */
const PUBLIC_SHELL = ["favicon.svg", "favicon-ready.svg"];

/** Builds `/sw.js`. Runs last: it contains the list of all files of this build, and their digest. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    async writeBundle({ dir }, bundle) {
      if (dir === undefined) throw new Error("The build has no output folder.");
      // Offline the studio's page is the Create page's document.
      const built = Object.keys(bundle).filter((name) => name !== GALLERY_DOCUMENT);
      const files = [...built.sort(), ...PUBLIC_SHELL];
      const digest = createHash("sha256");
      // The headers count: the cached page keeps the policy that it came with.
      for (const file of [...files, "_headers"]) digest.update(await readFile(join(dir, file)));
      const shell = {
        version: digest.digest("base64url").slice(0, 12),
        files: files.map((file) => (file === "index.html" ? "/" : `/${file}`)),
      };
      await build({
        configFile: false,
        root: import.meta.dirname,
        logLevel: "warn",
        define: { __SHELL__: JSON.stringify(shell) },
        build: {
          outDir: dir,
          emptyOutDir: false,
          copyPublicDir: false,
          rolldownOptions: {
            input: "frontend/service-worker/main.ts",
            output: { format: "iife", entryFileNames: "sw.js" },
          },
        },
      });
    },
  };
}

/** One chunk for `deferred.tsx`, what it imports, and what several pages share. */
function deferredGroup(id: string, context: Rolldown.ChunkingContext): string | null {
  const entries = new Set<string>();
  const seen = new Set([id]);
  for (const module of seen) {
    const info = context.getModuleInfo(module);
    if (info && info.dynamicImporters.length > 0) entries.add(module);
    for (const importer of info?.importers ?? []) seen.add(importer);
  }
  const isDeferred = [...entries].some((entry) => entry.endsWith("/frontend/deferred.tsx"));
  return isDeferred || entries.size > 1 ? "deferred" : null;
}

export default defineConfig({
  root: "frontend",
  plugins: [
    minifyIcons(),
    preact({ devToolsEnabled: false }),
    tailwindcss(),
    prerenderStudio([minifyIcons(), preact({ devToolsEnabled: false })]),
    inlineCritical(),
    plainDynamicImports(),
    openApi(),
    serviceWorker(),
  ],
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    // The supported browsers (README, "Browsers"). Safari has light-dark() since 17.5, so the build replaces it.
    cssTarget: ["chrome116", "firefox125", "safari17.4"],
    // One sheet, which the page inlines.
    cssCodeSplit: false,
    // The head script preloads what a page needs.
    modulePreload: false,
    rolldownOptions: {
      // Warnings about slow plugins say how busy the machine is.
      checks: { pluginTimings: false, bundlerTimings: false },
      output: {
        entryFileNames: "assets/studio-[hash].js",
        codeSplitting: {
          groups: [
            // One file for the first screen: two compress worse.
            { name: "studio", tags: ["$initial"] },
            { name: deferredGroup, debugName: "deferred" },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      // The dev server serves the sources of frontend/api under the same path.
      "^/api/(?!.*\\.ts\\b)": { target: worker, ws: true },
      "/admin": worker,
      "/images": worker,
      "/s/": worker,
    },
  },
});
