/**
 * Renders pages into HTML, so that they are visible before any script has run: the Create page into index.html, and the
 * gallery's header into a document of its own, in which an inline script shows the first rows.
 */
import { join } from "node:path";
import { Window } from "happy-dom";
import { build, type Plugin, type PluginOption, runnerImport } from "vite";
import { PAGE_PATHS } from "../worker/shared/pages.ts";

const ROOT = join(import.meta.dirname, "..");
const PRERENDER = "./frontend/prerender.tsx";
const FIRST_ROWS_SCRIPT = "frontend/gallery/first-rows/script.ts";
/** The Worker requests it at the gallery's path. */
export const GALLERY_DOCUMENT = `${PAGE_PATHS.gallery.slice(1)}.html`;

/** `plugins`: what the components need to be rendered. */
export function prerenderStudio(plugins: PluginOption[]): Plugin {
  let createPage = "";
  return {
    name: "prerender-studio",
    apply: "build",
    transformIndexHtml: {
      order: "pre",
      async handler(html) {
        createPage = await prerender(PAGE_PATHS.create, plugins);
        return html.replace("<!--studio-->", () => createPage);
      },
    },
    generateBundle: {
      // After the plugins that complete index.html.
      order: "post",
      async handler(_, bundle) {
        const index = bundle["index.html"];
        if (index?.type !== "asset") throw new Error("The build has no index.html.");
        const gallery = await prerender(PAGE_PATHS.gallery, plugins);
        const script = await bundleScript(FIRST_ROWS_SCRIPT);
        const source = String(index.source)
          .replace(createPage, () => gallery)
          .replace("</body>", () => `  <script data-cfasync="false">${script}</script>\n  </body>`);
        this.emitFile({ type: "asset", fileName: GALLERY_DOCUMENT, source });
      },
    },
  };
}

async function prerender(path: string, plugins: PluginOption[]): Promise<string> {
  const { module } = await runnerImport<{ prerender: (window: Window) => string }>(PRERENDER, {
    configFile: false,
    root: ROOT,
    plugins,
  });
  const window = new Window({ url: `http://localhost${path}` });
  Object.assign(globalThis, { window, document: window.document });
  try {
    return module.prerender(window);
  } finally {
    await window.happyDOM.close();
    Reflect.deleteProperty(globalThis, "window");
    Reflect.deleteProperty(globalThis, "document");
  }
}

/** A script with its imports, as a classic script. */
async function bundleScript(path: string): Promise<string> {
  const built = await build({
    configFile: false,
    root: ROOT,
    logLevel: "warn",
    build: {
      write: false,
      rolldownOptions: { input: path, output: { format: "iife" } },
    },
  });
  const [first] = [built].flat();
  const chunk = first && "output" in first ? first.output[0] : undefined;
  if (!chunk) throw new Error(`${path} was not built.`);
  return chunk.code.trim();
}
