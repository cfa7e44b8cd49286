/**
 * `npm run lock`: completes package-lock.json after `npm install`. Tools with native binaries have one optional package
 * per platform. If a registry mirror lacks some of them, the lock lacks them too, and `npm ci` fails on every machine
 * ("Missing: … from lock file"). This adds the missing entries: npm needs only their version and their platforms.
 */
import { readFileSync, writeFileSync } from "node:fs";

type Entry = {
  version?: string;
  resolved?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8")) as { packages: Record<string, Entry> };
const systems = [
  "darwin",
  "linux",
  "win32",
  "freebsd",
  "openbsd",
  "netbsd",
  "sunos",
  "aix",
  "android",
  "openharmony",
];
const processors = [
  "x64",
  "arm64",
  "arm",
  "ia32",
  "ppc64",
  "riscv64",
  "s390x",
  "loong64",
  "mips64el",
  "wasm32",
];
const aliases: Record<string, string> = {
  windows: "win32",
  64: "x64",
  "linux-64": "x64",
  "windows-64": "x64",
  "darwin-64": "x64",
};

let added = 0;
for (const [owner, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!/^\d/.test(version) || isLocked(owner, name)) continue;
    const words = name.split(/[/@-]/).map((word) => aliases[word] ?? word);
    const os = words.filter((word) => systems.includes(word));
    const cpu = words.filter((word) => processors.includes(word));
    const libc = words.includes("musl")
      ? ["musl"]
      : words.includes("gnu") && os.includes("linux")
        ? ["glibc"]
        : [];
    lock.packages[`node_modules/${name}`] ??= {
      version,
      optional: true,
      ...(entry.dev ? { dev: true } : {}),
      ...(os.length ? { os } : {}),
      ...(cpu.length ? { cpu } : {}),
      ...(libc.length ? { libc } : {}),
    };
    added += 1;
  }
}

/** Searches like npm: beside the owner, then in each folder above it. */
function isLocked(owner: string, name: string): boolean {
  for (let at = owner; ; at = at.slice(0, at.lastIndexOf("node_modules/")).replace(/\/$/, "")) {
    if (lock.packages[at ? `${at}/node_modules/${name}` : `node_modules/${name}`]) return true;
    if (!at) return false;
  }
}

// The address depends on the registry that was used. The integrity hash identifies the package.
for (const entry of Object.values(lock.packages)) delete entry.resolved;

const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`);
console.log(`package-lock.json: ${added} platform packages added`);
