/**
 * Keeps the log of the Worker in memory, and prints it when a test fails. Vitest would send each line to its main process,
 * which takes time; and it waits forever for a line that the Worker writes after a file's last test
 * (https://github.com/cloudflare/workers-sdk/issues/15719).
 */
const MAX_LINES = 200;

const print = console.log.bind(console);
let lines: string[] = [];

for (const level of ["debug", "log", "info", "warn", "error"] as const) {
  console[level] = (...values: unknown[]) => {
    lines.push(values.map(String).join(" "));
    if (lines.length > MAX_LINES) lines.shift();
  };
}

/** The last lines, also of tests that run at the same time. */
export function printLog(): void {
  if (lines.length > 0) print(lines.join("\n"));
  lines = [];
}
