/** The studio in development: served by Vite in front of a Worker (`npm run dev`). */
import { expect, inject, onTestFinished, test } from "vitest";
import { TOOLS } from "../../scripts/run.ts";
import { signInText } from "../../frontend/text/sign-in.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { freePort, startGroup } from "./support/processes.ts";
import { until } from "./support/until.ts";

useBrowser();

test("generates an image in the studio that Vite serves", { timeout: 120_000 }, async () => {
  const port = await freePort();
  const vite = startGroup([TOOLS.vite, "--port", String(port), "--strictPort"], {
    PORT: new URL(inject("app").url).port,
  });
  onTestFinished(vite.kill);
  const url = `http://localhost:${port}`;
  await until("Vite", () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const { page, studio } = await visit({ url, email: newEmail() });
  await studio.open();
  await studio.generate("A kite over the harbor");
  await studio.seesImage("A kite over the harbor");
  await page.goto("/gallery");
  await studio.seesImage("A kite over the harbor");
  expect(await studio.images.count()).toBe(1);
  await page.goto("/nowhere");
  await page.getByText(signInText.pageNotFound).waitFor();
});
