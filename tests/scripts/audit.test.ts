/** `npm run audit` with reports in the format of npm 11. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { root } from "../../scripts/run.ts";

function auditOf(report: string) {
  const folder = mkdtempSync(join(tmpdir(), "audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "report.json");
  writeFileSync(file, report);
  return spawnSync(process.execPath, ["scripts/audit.ts", file], { cwd: root, encoding: "utf8" });
}

const reportOf = (severity: "low" | "moderate" | "high" | "critical") =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      "a-package": {
        name: "a-package",
        severity,
        isDirect: false,
        via: [{ source: 1, name: "a-package", title: "A vulnerability", severity, range: "<1.2.3" }],
        effects: ["another"],
        range: "<1.2.3",
        nodes: ["node_modules/a-package"],
        fixAvailable: true,
      },
    },
    metadata: {
      vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, [severity]: 1, total: 1 },
      dependencies: { prod: 12, dev: 300, optional: 80, peer: 0, peerOptional: 0, total: 312 },
    },
  });

it.each(["high", "critical"] as const)("fails if a vulnerability is %s", (severity) => {
  const { status, stdout } = auditOf(reportOf(severity));
  expect(status).toBe(1);
  expect(stdout).toContain(`"${severity}":1`);
});

it.each(["low", "moderate"] as const)("passes and prints the count if a vulnerability is %s", (severity) => {
  const { status, stdout } = auditOf(reportOf(severity));
  expect(status).toBe(0);
  expect(stdout).toContain(`"${severity}":1`);
});

it.each([
  [
    "no advisories",
    JSON.stringify({ message: "404 Not Found", error: { code: "E404", summary: "", detail: "" } }),
  ],
  ["HTML", "<html>"],
])("passes and says that nothing is known if the registry returns %s", (_, report) => {
  const { status, stdout } = auditOf(report);
  expect(status).toBe(0);
  expect(stdout).toContain("vulnerabilities are unknown");
});
