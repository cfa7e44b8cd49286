/** A gateway in front of the studio, like Cloudflare Access, whose session ends while the studio is open. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
import { errors } from "../../frontend/text/errors.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { type Gateway, SIGN_IN_LINK, startGateway } from "./support/gateway.ts";
import { createSimulatorClient } from "./support/simulator.ts";

const app = inject("app");
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway(app.url);
});
afterAll(() => gateway?.stop());
useBrowser();

test("asks to sign in again, and sends what was written meanwhile afterwards", async () => {
  const [first, prompt, draft] = ["A bridge", "A bridge that is up", "A bridge that is half"];
  const { page, studio, expectsInConsole } = await visit({ url: gateway.url, email: newEmail() });
  // The socket cannot be opened, and requests are redirected to another origin.
  expectsInConsole(new RegExp(`WebSocket|${gateway.signInUrl}`));
  const deferred = page.waitForResponse(/\/assets\/deferred-/);
  await studio.open();
  await studio.generate(first);
  await studio.seesImage(first);
  await deferred;
  const simulator = createSimulatorClient(app.adminUrl);

  gateway.endSession();
  await studio.generate(prompt);
  await page.getByText(errors.sentence("session_redirected")).waitFor();
  await studio.working(prompt).getByText(createText.signInAwaited).waitFor();
  await studio.prompt.fill(draft);
  expect(new URL(page.url()).origin, "navigates only on a click").toBe(gateway.url);
  expect(await simulator.creates(prompt)).toEqual([]);

  await page.getByRole("button", { name: errors.signInAgain }).click();
  await page.getByRole("link", { name: SIGN_IN_LINK }).click();
  await page.waitForURL(`${gateway.url}/`);
  await studio.seesImage(prompt);
  expect(await studio.prompt.inputValue()).toBe(draft);
  expect(await simulator.creates(prompt)).toHaveLength(1);
});
