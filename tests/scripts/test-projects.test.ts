/** Each test file runs in one project of vitest, so that `npm run test:all` runs it once. */
import { globSync } from "node:fs";
import { matchesGlob } from "node:path";
import { expect, test } from "vitest";
import type { InlineConfig } from "vitest/node";
import { root } from "../../scripts/run.ts";
import config from "../../vitest.config.ts";

const projects = (config.test?.projects ?? []).map((project) => (project as { test: InlineConfig }).test);

function projectsOf(file: string): unknown[] {
  const matches = (globs: string[] = []) => globs.some((glob) => matchesGlob(file, glob));
  return projects
    .filter(({ include, exclude }) => matches(include) && !matches(exclude))
    .map(({ name }) => name);
}

test("each test file is in one project", () => {
  const files = globSync("tests/**/*.test.{ts,tsx}", { cwd: root });
  expect(files.length).toBeGreaterThan(100);
  const wrong = files
    .map((file) => [file, projectsOf(file)] as const)
    .filter(([, names]) => names.length !== 1);
  expect(wrong).toEqual([]);
});

test("each file that a project names exists", () => {
  const named = projects.flatMap(({ include = [], exclude = [] }) => [...include, ...exclude]);
  expect(named.filter((glob) => globSync(glob, { cwd: root }).length === 0)).toEqual([]);
});
