/** Sources that work in either direction: no left or right in styles, no text in markup or styles. */
import { expect, test } from "vitest";

/** The camera of a phone is physically left or right. */
const SCREEN = /env\(safe-area-inset-(left|right)\)/g;
const PHYSICAL =
  /(?:^|[\s;{"])((?:margin|padding|border|inset)-(?:left|right)\b|scroll-(?:margin|padding)-(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius|(?:left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right))/g;
const PHYSICAL_CLASS =
  /(?<=[\s"'`:])-?(?:(?:ml|mr|pl|pr|left|right|border-[lr]|rounded-(?:[lr]|[tb][lr])|scroll-[mp][lr])-[\w[]|(?:text|float|clear)-(?:left|right)\b)[\w.[\]-]*/g;
/** Text between tags, or in an attribute that is shown or read out. */
const WORDS_IN_TAGS = />\s*([^<>{}]*\p{L}{2}[^<>{}]*?)\s*<\//gu;
const WORDS_IN_ATTRIBUTES = /\s(?:aria-label|title|alt|placeholder|label)="([^"]*\p{L}{2}[^"]*)"/gu;
const WORDS_IN_STYLES = /content:\s*["'][^"']*\p{L}[^"']*["']/gu;

type Sources = [path: string, code: string][];

const styles = bare({
  ...import.meta.glob<string>("../../frontend/styles/*.css", {
    query: "?raw",
    import: "default",
    eager: true,
  }),
  ...import.meta.glob<string>("../../worker/http/pages/plain-style.ts", {
    query: "?raw",
    import: "default",
    eager: true,
  }),
});
const studio = bare(
  import.meta.glob<string>("../../frontend/**/*.tsx", { query: "?raw", import: "default", eager: true }),
);
const pages = [
  ...studio,
  ...bare(
    import.meta.glob<string>("../../worker/http/pages/*.tsx", {
      query: "?raw",
      import: "default",
      eager: true,
    }),
  ),
];

/** The sources without comments. */
function bare(files: Record<string, string>): Sources {
  return Object.entries(files).map(([path, code]) => [path, code.replace(/\/\*[\s\S]*?\*\//g, "")]);
}

function found(files: Sources, ...patterns: RegExp[]): string[] {
  return files.flatMap(([path, code]) =>
    patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([match]) => `${path}: ${match.trim()}`)),
  );
}

test("styles use start and end, not left and right", () => {
  expect(styles.filter(([, code]) => code.length > 200).length).toBeGreaterThan(3);
  const all = styles.map(([path, code]): Sources[number] => [path, code.replace(SCREEN, "")]);
  expect(found(all, PHYSICAL)).toEqual([]);
  expect(found(studio, PHYSICAL_CLASS)).toEqual([]);
});

test("markup and styles contain no text", () => {
  expect(pages.length).toBeGreaterThan(30);
  const markup = pages.map(([path, code]): Sources[number] => [path, code.replace(/^.*=>.*<.*$/gm, "")]);
  expect(found(markup, WORDS_IN_TAGS)).toEqual([]);
  expect(found(pages, WORDS_IN_ATTRIBUTES)).toEqual([]);
  expect(found(styles, WORDS_IN_STYLES)).toEqual([]);
});

test.each([
  ["margin-left: 1rem;", PHYSICAL],
  ["a { left: 0 }", PHYSICAL],
  ["text-align: right;", PHYSICAL],
  ['class="ml-2 flex"', PHYSICAL_CLASS],
  ['class="max-sm:pl-3"', PHYSICAL_CLASS],
  ['class="absolute -right-2"', PHYSICAL_CLASS],
  ["<b>Create</b>", WORDS_IN_TAGS],
  ['<b title="Create">', WORDS_IN_ATTRIBUTES],
])("finds %s", (code, pattern) => {
  expect(code.match(pattern)).toHaveLength(1);
});
