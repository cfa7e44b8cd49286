/** The folder structure of frontend/ and worker/, checked by the imports of every file. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../scripts/run.ts";

/** A folder with more files needs subfolders. */
const MAX_FILES = 22;
const PAGE_FOLDERS = ["shell", "create", "gallery", "image", "account"];

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"?]+\.tsx?)"/g;

const files = ["frontend", "worker"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
);
const graph = new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), "utf8"))]));

function importsOf(file: string, code: string): string[] {
  const folder = dirname(join(root, file));
  return [...code.matchAll(IMPORT)].map(([, path = ""]) =>
    relative(root, join(folder, path)).replaceAll("\\", "/"),
  );
}

/** The files of one import cycle, in order, or null. */
function findCycle(imports: ReadonlyMap<string, string[]>): string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): string[] | null {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    path.push(file);
    for (const imported of imports.get(file) ?? []) {
      const cycle = visit(imported);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  }
  for (const file of imports.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return null;
}

const pageFolderOf = (file: string) =>
  PAGE_FOLDERS.find((pageFolder) => file.startsWith(`frontend/${pageFolder}/`));

test("reads static, type and dynamic imports", () => {
  const code = [
    'import { a } from "./a.ts";',
    'import type { B } from "../ui/b.ts";',
    'export { c } from "./c.tsx";',
    'import "./d.ts";',
    'const e = () => import("./e.ts");',
    'type F = import("./f.ts").F;',
    'import svg from "library/icon.svg?raw";',
  ].join("\n");
  expect(importsOf("frontend/shell/x.tsx", code)).toEqual([
    "frontend/shell/a.ts",
    "frontend/ui/b.ts",
    "frontend/shell/c.tsx",
    "frontend/shell/d.ts",
    "frontend/shell/e.ts",
    "frontend/shell/f.ts",
  ]);
  expect(graph.get("frontend/app.tsx")).toContain("frontend/deferred.tsx");
});

test("finds an import cycle", () => {
  const imports = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", []],
    ["d", ["b"]],
  ]);
  expect(findCycle(imports)).toEqual(["b", "d", "b"]);
});

test("the imports have no cycle", () => {
  expect(findCycle(graph)).toBeNull();
});

test("no page's folder imports another one", () => {
  const crossings = [...graph].flatMap(([file, imports]) => {
    const pageFolder = pageFolderOf(file);
    const others = imports.filter(
      (imported) => pageFolderOf(imported) && pageFolderOf(imported) !== pageFolder,
    );
    return pageFolder ? others.map((other) => `${file} imports ${other}`) : [];
  });
  expect(crossings).toEqual([]);
});

test("no folder has more files than the limit", () => {
  const counts = Object.entries(Object.groupBy(files, (file) => dirname(file)));
  const large = counts.filter(([, own = []]) => own.length > MAX_FILES);
  expect(large.map(([folder, own = []]) => `${folder}: ${own.length}`)).toEqual([]);
});
