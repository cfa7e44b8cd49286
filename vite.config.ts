import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import preact from "@preact/preset-vite";
import tailwindcss from "@tailwindcss/vite";
import { Window } from "happy-dom";
import { build, defineConfig, type Plugin, runnerImport } from "vite";
import { catalogue } from "./scripts/locale-plugin.ts";
import { pageHead } from "./scripts/inline-critical-plugin.ts";
import { pageWords } from "./scripts/html-text-plugin.ts";

/** As `npm start` has it (scripts/start.ts). */
const worker = `http://localhost:${process.env["PORT"] ?? "8787"}`;

/** Another language than the catalogue's own; see scripts/locale-plugin.ts. */
const language = process.env["STUDIO_LANGUAGE"] ?? "";

/** Puts the studio's first page into index.html, so that the form is there before any script has run. */
function prerenderStudio(): Plugin {
  return {
    name: "prerender-studio",
    apply: "build",
    transformIndexHtml: {
      order: "pre",
      async handler(html) {
        const { module } = await runnerImport<typeof import("./frontend/prerender.tsx")>(
          "./frontend/prerender.tsx",
          {
            configFile: false,
            root: import.meta.dirname,
            plugins: [catalogue(language), bareIcons(), preact({ devToolsEnabled: false })],
          },
        );
        const window = new Window({ url: "http://localhost/" });
        Object.assign(globalThis, { window, document: window.document });
        try {
          return html.replace("<!--studio-->", module.prerender(window as unknown as globalThis.Window));
        } finally {
          await window.happyDOM.close();
          Reflect.deleteProperty(globalThis, "window");
          Reflect.deleteProperty(globalThis, "document");
        }
      },
    },
  };
}

/** Icons as they are inlined: without licence comment, class and line breaks (the licence is in the README). */
function bareIcons(): Plugin {
  return {
    name: "bare-icons",
    enforce: "pre",
    load: {
      filter: { id: /lucide-static\/icons\/.*\.svg\?raw$/ },
      async handler(id) {
        const svg = await readFile(id.replace("?raw", ""), "utf8");
        const bare = svg
          .replace(/<!--.*?-->/s, "")
          .replace(/\s(class|xmlns|width|height)="[^"]*"(?=[^>]*stroke-linejoin)/g, "");
        return `export default ${JSON.stringify(bare.replace(/\s+/g, " ").replace(/> </g, "><").trim())}`;
      },
    },
  };
}

/** With nothing to preload for lazy parts, Vite's helper around each lazy import (0.8 KB gzip) is an import and no more. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    load: {
      filter: { id: /vite\/preload-helper\.js$/ },
      handler: () => "export const __vitePreload = (load) => load();",
    },
  };
}

/** What the studio needs of `public/` without network. */
const PUBLIC_SHELL = ["favicon.svg", "favicon-ready.svg"];

/** Builds `/sw.js`. It comes after all else: it carries the list of what the studio is made of, and a digest of that. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    async writeBundle({ dir }, bundle) {
      if (dir === undefined) throw new Error("A build goes into a folder.");
      const files = [...Object.keys(bundle).sort(), ...PUBLIC_SHELL];
      const digest = createHash("sha256");
      // With its headers: a page is kept with the policy that it came with.
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

export default defineConfig({
  root: "frontend",
  plugins: [
    catalogue(language),
    bareIcons(),
    plainImports(),
    pageWords(language),
    preact({ devToolsEnabled: false }),
    tailwindcss(),
    prerenderStudio(),
    pageHead(),
    serviceWorker(),
  ],
  build: {
    outDir: language === "" ? "../dist" : `../.cache/dist-${language}`,
    emptyOutDir: true,
    // The supported browsers (README, "Browsers"). Safari has light-dark() since 17.5, so the build replaces it.
    cssTarget: ["chrome116", "firefox125", "safari17.4"],
    // Worth it for what the page itself imports. The lazy parts fetch their own stylesheets and have next to no
    // parts of their own: what would preload those costs the first load more than it saves.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, dependencies, { hostType }) => (hostType === "html" ? dependencies : []),
    },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // One file for the first screen (two compress worse), and what only the lazy parts share kept out of it.
          includeDependenciesRecursively: false,
          groups: [
            { name: "studio", tags: ["$initial"] },
            { name: "later", minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      // While one develops, frontend/api is there too.
      "^/api/(?!.*\\.ts\\b)": { target: worker, ws: true },
      "/images": worker,
      "/s/": worker,
    },
  },
});
