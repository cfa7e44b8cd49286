import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../scripts/run.ts";

const CHECKOUT = [
  "frontend",
  "migrations",
  "scripts",
  "simulator",
  "worker",
  ".dev.vars.example",
  "package.json",
  "tsconfig.base.json",
  "tsconfig.json",
  "vite.config.ts",
  "wrangler.toml",
];

/** A copy, so that the build and the secrets of this checkout stay as they are. The caller removes it. */
export function copyCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), "studio-checkout-"));
  for (const name of CHECKOUT) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

export const removeCheckout = (folder: string) => rmSync(folder, { recursive: true, force: true });
