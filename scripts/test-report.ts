/**
 * A vitest reporter that writes the counts of a run to the file in `TEST_REPORT`.
 *
 * It also ends a run whose files have all ended: @cloudflare/vitest-plugin 1.5.0 sometimes does not tell vitest that the last
 * file of a workerd is done, and vitest then waits without end (https://github.com/cloudflare/workers-sdk/issues/15498).
 */
import { writeFileSync } from "node:fs";
import type { Reporter, TestModule, TestSpecification } from "vitest/node";

export type Counts = { passed: number; failed: number; skipped: number };

/** From the end of the last file; the run normally ends within 2 seconds. */
const END_WITHIN_MS = 15_000;

export default class TestReport implements Reporter {
  private files = 0;
  private readonly ended: TestModule[] = [];
  private timer: NodeJS.Timeout | undefined;

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.files = specifications.length;
  }

  onTestModuleEnd(module: TestModule): void {
    this.ended.push(module);
    if (this.ended.length < this.files) return;
    this.timer = setTimeout(() => {
      console.error("All test files have ended, but vitest does not: ended.");
      for (const module of this.ended) printFailures(module);
      const { failed } = this.write(this.ended, 0);
      process.exit(failed > 0 ? 1 : 0);
    }, END_WITHIN_MS);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    clearTimeout(this.timer);
    this.write(modules, unhandledErrors.length);
  }

  /** A file that did not load, or an error outside of the tests, counts as one failure. */
  private write(modules: readonly TestModule[], errors: number): Counts {
    const counts: Counts = { passed: 0, failed: errors, skipped: 0 };
    for (const module of modules) {
      const failedBefore = counts.failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === "pending" ? "skipped" : state] += 1;
      }
      if (module.state() === "failed" && counts.failed === failedBefore) counts.failed += 1;
    }
    writeFileSync(process.env.TEST_REPORT ?? "", JSON.stringify(counts));
    return counts;
  }
}

function printFailures(module: TestModule): void {
  for (const test of module.children.allTests("failed")) {
    const { errors = [] } = test.result();
    console.error(`FAIL ${module.moduleId} > ${test.fullName}`);
    for (const { stack, message } of errors) console.error(stack ?? message);
  }
}
