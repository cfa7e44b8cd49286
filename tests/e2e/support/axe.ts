/** Runs axe on the current state of a page. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

declare global {
  /** In the page, after `violations` has run axe's script there. */
  var axe: typeof import("axe-core");
}

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Checks all rules of WCAG 2.0 to 2.2, A and AA, and axe's best practices; with `"colors"` only the rules that depend on
 * the theme. Returns each violation of any impact with its rule and its element.
 */
export async function violations(page: Page, rules: "all" | "colors" = "all"): Promise<string[]> {
  // `evaluate` runs through the debugger, to which the page's Content Security Policy does not apply.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  const options: axe.RunOptions = {
    resultTypes: ["violations"],
    ...(rules === "colors"
      ? { runOnly: ["color-contrast", "link-in-text-block"] }
      : // The rule of WCAG 2.2 AA, which axe does not run by default.
        { rules: { "target-size": { enabled: true } } }),
  };
  const results = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  const found: string[] = [];
  for (const { id, help, nodes } of results.violations) {
    for (const { target, failureSummary = "" } of nodes) {
      const at = target.join(" ");
      if (failureSummary.includes("partially obscured") && (await isLargeEnoughInView(page, at))) continue;
      found.push(`${id} (${help}) at ${at}: ${failureSummary}`);
    }
  }
  return found;
}

/** Whether a target that the form at the bottom of the window covers in part is large enough after scrolling. */
function isLargeEnoughInView(page: Page, selector: string): Promise<boolean> {
  return page.evaluate(async (at) => {
    const from = scrollY;
    document.querySelector(at)?.scrollIntoView({ block: "center", behavior: "instant" });
    const { violations } = await globalThis.axe.run(at, { runOnly: ["target-size"] });
    scrollTo({ top: from, behavior: "instant" });
    return violations.length === 0;
  }, selector);
}

/** Checks both themes without a reload. `thorough`: all rules in the dark theme too. */
export async function violationsInBothThemes(page: Page, thorough: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const rules = colorScheme === "light" || thorough ? "all" : "colors";
    found.push(...(await violations(page, rules)).map((violation) => `${colorScheme}: ${violation}`));
  }
  return found;
}
