/** The Worker's bundle, as wrangler builds it for a deploy, also without some of its modules. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { environment, root, TOOLS } from "../../scripts/run.ts";

/** Modules under worker/ that others import with `import()`, with the first request that needs them. */
export function lazyModules(): string[] {
  const worker = join(root, "worker");
  const sources = readdirSync(worker, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!\.d)\.tsx?$/.test(name),
  );
  return sources.flatMap((name) => {
    const imports = readFileSync(join(worker, name), "utf8").matchAll(/\bimport\("(\.[^"]+)"\)/g);
    return [...imports].map(([, path]) => join(dirname(name), path as string));
  });
}

export const isMcpOrOAuth = (name: string) => /^(?:mcp|auth\/oauth)\/|\/consent\.ts$/.test(name);

/** The Worker's bundle, built from a copy in which these modules are empty. */
export function bundle(emptied: readonly string[] = []): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    for (const name of ["worker", "migrations", "wrangler.toml", "package.json", "tsconfig.base.json"]) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    for (const name of ["node_modules", "dist"]) symlinkSync(join(root, name), join(folder, name));
    for (const name of emptied) {
      // Fails if there is no such module.
      const path = realpathSync(join(folder, "worker", name));
      writeFileSync(path, "export {};");
    }
    execFileSync(process.execPath, [TOOLS.wrangler, "deploy", "--dry-run", "--outdir", join(folder, "out")], {
      cwd: folder,
      env: environment,
      stdio: "pipe",
    });
    return readFileSync(join(folder, "out/index.js"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
