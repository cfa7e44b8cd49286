/** What axe finds on a page as it stands. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

declare global {
  /** In the page, once its text ran there. */
  var axe: typeof import("axe-core");
}

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Every rule of WCAG 2.0 to 2.2, A and AA, and axe's own good practice; `"colours"`: only those that another theme
 * can break. Answers each violation, whatever its impact, named so that a failing test says where to look.
 */
export async function violations(page: Page, rules: "all" | "colours" = "all"): Promise<string[]> {
  // Through the debugger, so that the page's own policy stays as it is.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  const options: axe.RunOptions = {
    resultTypes: ["violations"],
    ...(rules === "colours"
      ? { runOnly: ["color-contrast", "link-in-text-block"] }
      : // The one rule of WCAG 2.2 AA, which axe leaves off unless told.
        { rules: { "target-size": { enabled: true } } }),
  };
  const results = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  const found: string[] = [];
  for (const { id, help, nodes } of results.violations) {
    for (const { target, failureSummary = "" } of nodes) {
      const at = target.join(" ");
      if (failureSummary.includes("partially obscured") && (await isWholeInSight(page, at))) continue;
      found.push(`${id} (${help}) at ${at}: ${failureSummary}`);
    }
  }
  return found;
}

/** What stands half under the form at the window's foot is a whole target as soon as one scrolls there. */
function isWholeInSight(page: Page, selector: string): Promise<boolean> {
  return page.evaluate(async (at) => {
    const from = scrollY;
    document.querySelector(at)?.scrollIntoView({ block: "center", behavior: "instant" });
    const { violations } = await globalThis.axe.run(at, { runOnly: ["target-size"] });
    scrollTo({ top: from, behavior: "instant" });
    return violations.length === 0;
  }, selector);
}

/** The same in both themes, without loading anything anew; `thorough` repeats every rule in the second. */
export async function violationsInBothThemes(page: Page, thorough: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const rules = colorScheme === "light" || thorough ? "all" : "colours";
    found.push(...(await violations(page, rules)).map((violation) => `${colorScheme}: ${violation}`));
  }
  return found;
}
