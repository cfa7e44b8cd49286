/** The documentation: its links and paths exist, and it names every setting, log event, package and command. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../scripts/run.ts";

const LINK = /\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g;
/** A path in backticks: below a folder of the repository, or of a script, which may be relative to `frontend/`. */
const NAMED_PATH =
  /`((?:worker|frontend|tests|scripts|docs|simulator|migrations)\/[\w./-]*|[\w-]+\/[\w./-]*\.tsx?)`/g;
const CODE_BLOCK = /^ *```[\s\S]*?^ *```$/gm;

const markdownIn = (folder: string, isRecursive: boolean) =>
  readdirSync(join(root, folder), { recursive: isRecursive, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name).replaceAll("\\", "/"));
const pages = [...markdownIn("", false), ...markdownIn("docs", true), ...markdownIn("simulator", true)];
const textOf = (page: string) => readFileSync(join(root, page), "utf8").replaceAll(CODE_BLOCK, "");

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The links and paths in a page that do not exist. */
function brokenReferences(page: string, text: string): string[] {
  const links = [...text.matchAll(LINK)]
    .map(([, inText, inTag]) => inText ?? inTag ?? "")
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(path === "" ? text : textOf(target)).includes(anchor);
    });
  const paths = [...text.matchAll(NAMED_PATH)]
    .map(([, path = ""]) => path)
    .filter((path) => !["", "frontend"].some((folder) => existsSync(join(root, folder, path))));
  return [...links, ...paths].map((reference) => `${page}: ${reference}`);
}

test("finds broken links, anchors and paths", () => {
  const text = [
    "# A page, here",
    "[a](#a-page-here) [b](#gone) [c](../README.md) [d](gone.md) [e](https://example.com/gone)",
    '<img src="images/gone.webp">',
    "`worker/index.ts` `worker/gone.ts` `frontend/` `ui/parts.ts` `ui/gone.ts`",
    "```sh\n[f](gone.md)\n```",
  ].join("\n");
  expect(brokenReferences("docs/storage.md", text.replaceAll(CODE_BLOCK, ""))).toEqual([
    "docs/storage.md: #gone",
    "docs/storage.md: gone.md",
    "docs/storage.md: images/gone.webp",
    "docs/storage.md: worker/gone.ts",
    "docs/storage.md: ui/gone.ts",
  ]);
});

test("all links and paths in the documentation exist", () => {
  expect(pages).toContain("README.md");
  expect(pages.flatMap((page) => brokenReferences(page, textOf(page)))).toEqual([]);
});

/** All code below a folder. */
const codeIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => readFileSync(join(root, folder, name), "utf8"))
    .join("\n");

/** The names that a page does not have in backticks. */
const missingIn = (page: string, names: string[]) =>
  names.filter((name) => !textOf(page).includes(`\`${name}\``));

test("functions and fields that the documentation names exist", () => {
  const code = [
    ...["worker", "frontend", "scripts", "simulator", "tests"].map(codeIn),
    readFileSync(join(root, "package.json"), "utf8"),
  ].join("\n");
  const words = new Set(code.match(/\w+/g));
  const missing = pages.flatMap((page) =>
    [...textOf(page).matchAll(/`([a-z]+[A-Z]\w*)`/g)]
      .filter(([, name = ""]) => !words.has(name))
      .map(([, name]) => `${page}: ${name}`),
  );
  expect(missing).toEqual([]);
});

test("docs/settings.md describes every setting", () => {
  const code = readFileSync(join(root, "worker/config/settings.ts"), "utf8");
  const settings = [...code.matchAll(/^ {4}([A-Z][A-Z_]+):/gm)].map(([, name = ""]) => name);
  expect(settings).toContain("PUBLIC_URL");
  expect(missingIn("docs/settings.md", settings)).toEqual([]);
});

test("docs/operations.md describes every log event", () => {
  const events = [...codeIn("worker").matchAll(/\blog(?:Error)?\(\s*"([a-z_]+)"/g)].map(
    ([, name = ""]) => name,
  );
  expect(events).toContain("settings_wrong");
  expect(missingIn("docs/operations.md", events)).toEqual([]);
});

test("docs/dependencies.md names every package", () => {
  const json = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, object>;
  const names = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.keys(json[kind] ?? {}),
  );
  expect(names).toContain("hono");
  expect(missingIn("docs/dependencies.md", names)).toEqual([]);
});

test("CONTRIBUTING.md describes every command", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const commands = Object.keys(scripts).map((name) =>
    ["start", "test"].includes(name) ? `npm ${name}` : `npm run ${name}`,
  );
  expect(missingIn("CONTRIBUTING.md", commands)).toEqual([]);
});
