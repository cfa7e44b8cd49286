import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { STYLES } from "../../worker/shared/styles.ts";

test.each(STYLES)("the style $id has a sample of at most 3 KB", ({ id }) => {
  const { size } = statSync(new URL(`../../frontend/public/styles/${id}.webp`, import.meta.url));
  expect(size).toBeLessThanOrEqual(3 * 1024);
});
