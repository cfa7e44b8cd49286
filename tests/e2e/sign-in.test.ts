/** Sign-in at a real OpenID provider, from a new user's first prompt on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { commonText } from "../../frontend/text/common.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { signInText } from "../../frontend/text/sign-in.ts";
import { createText } from "../../frontend/text/create.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import type { Session, User } from "../../worker/api/schemas/session.ts";
import { type App, startApp } from "./support/app.ts";
import { useBrowser, type Visitor, visit } from "./support/browser.ts";
import { everythingKept } from "./support/kept.ts";
import { freePort, type Group, startGroup } from "./support/processes.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { until } from "./support/until.ts";

/** With characters that HTTP Basic has to encode. */
const CLIENT_SECRET = "a-secret/of+these:tests=%only";

let app: App;
let provider: Group;
let issuer: string;
beforeAll(async () => {
  const port = await freePort();
  issuer = `http://localhost:${port}`;
  app = await startApp({
    vars: {
      DEV_SIGN_IN: "false",
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: "studio",
      OIDC_CLIENT_SECRET: CLIENT_SECRET,
    },
    tiny: true,
  });
  provider = startGroup([
    "tests/e2e/support/oidc-provider.ts",
    String(port),
    `${app.url}/api/auth/callback`,
    CLIENT_SECRET,
  ]);
  await until("the provider", () =>
    fetch(`${issuer}/jwks`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
});
afterAll(async () => {
  await provider?.kill();
  await app?.stop();
});
useBrowser();

/** A visitor at the sign-in page of the provider, sent there by Generate. */
async function atTheProvider(prompt: string): Promise<Visitor> {
  const visitor = await visit({ url: app.url });
  const { context, page, studio, expectsInConsole } = visitor;
  // The provider's pages are on another origin and request a font from a third one.
  expectsInConsole(new RegExp(`${issuer}|fonts\\.googleapis\\.com`));
  expectsInConsole(/status of 40[13]/);
  await context.route("https://fonts.googleapis.com/**", (route) =>
    route.fulfill({ contentType: "text/css", body: "" }),
  );
  await studio.open();
  await studio.generate(prompt);
  await studio.signInDialog.getByRole("link", { name: signInText.withOidc }).click();
  await page.waitForURL(`${issuer}/**`);
  return visitor;
}

async function userOf({ context }: Visitor): Promise<User> {
  const session: Session = await (await context.request.get("/api/session")).json();
  if (!session.user) throw new Error("No user is signed in.");
  return session.user;
}

async function signInAs({ page }: Visitor, name: string): Promise<void> {
  await page.getByPlaceholder("login").fill(name);
  await page.getByPlaceholder("password").fill("anything");
  await page.getByRole("button", { name: "Sign-in" }).click();
}

test("a new user presses Generate, signs in at the provider, and the image is created", async () => {
  const prompt = "A red fox in the snow";
  const simulator = createSimulatorClient(app.adminUrl);
  const visitor = await atTheProvider(prompt);
  const { page, studio } = visitor;
  expect(await simulator.creates(prompt), "no request before the sign-in").toEqual([]);

  await signInAs(visitor, "ann");
  await page.waitForURL(`${app.url}/`);
  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);

  await page.getByRole("button", { name: commonText.account, exact: true }).click();
  await page.getByText("ann@example.com").waitFor();
  const elsewhere = await visit({
    url: app.url,
    storageState: await visitor.context.storageState(),
  });
  elsewhere.expectsInConsole(/status of 401/);
  await elsewhere.studio.open();
  await elsewhere.studio.seesImage(prompt);
  await page.getByRole("link", { name: menuText.yourAccount }).click();
  await page.getByRole("button", { name: accountText.signOutEverywhere }).click();
  await elsewhere.studio.image(prompt).waitFor({ state: "detached" });
  expect((await elsewhere.context.request.get("/api/generations")).status()).toBe(401);
});

test("deleting an account deletes all its data, and signing in again makes a new account", async () => {
  const [prompt, running] = ["A lighthouse at night", "[mood:stuck] A windmill at noon"];
  const visitor = await atTheProvider(prompt);
  const { page, studio, context } = visitor;
  await signInAs(visitor, "cleo");
  await studio.seesImage(prompt);
  const user = await userOf(visitor);
  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: createText.share }).click();
  await studio.shareDialog.getByRole("switch", { name: imageText.publicLink }).click();
  const link = await studio.shareDialog.getByLabel(imageText.link, { exact: true }).inputValue();
  expect((await fetch(link)).status).toBe(200);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await studio.generate(running);
  await studio.working(running).waitFor();
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const traces = [user.id, user.email, prompt, running, link.split("/").at(-1) ?? link];
  const left = () => {
    const kept = everythingKept(app);
    return traces.filter((trace) => kept.includes(trace));
  };
  // The entry shows before the request is sent.
  await expect.poll(left, { message: "stored before" }).toEqual(traces);

  await page.getByRole("button", { name: commonText.account, exact: true }).click();
  await page.getByRole("link", { name: menuText.yourAccount }).click();
  await page.getByRole("button", { name: accountText.deleteOpen }).click();
  await page.getByRole("textbox").fill(user.email);
  await page.getByRole("button", { name: accountText.deleteConfirmed }).click();
  await page.getByRole("heading", { name: accountText.signedOut.deleted.title }).waitFor();

  expect((await fetch(link)).status).toBe(404);
  expect((await fetch(`${link}/image`)).status).toBe(404);
  expect((await fetch(`${app.url}/api/generations`, { headers: { cookie } })).status).toBe(401);
  await expect.poll(left, { message: "stored afterwards" }).toEqual([]);
  const simulator = createSimulatorClient(app.adminUrl);
  expect(await simulator.statusOf(running).catch(() => "gone"), "at Skytells").toMatch(/^(canceled|gone)$/);

  await page.getByRole("button", { name: commonText.account, exact: true }).click();
  await page.getByRole("button", { name: menuText.signIn, exact: true }).click();
  await page.getByRole("link", { name: signInText.withOidc }).click();
  await page.getByRole("heading", { name: accountText.title }).waitFor();
  const again = await userOf(visitor);
  expect(again.email).toBe(user.email);
  expect(again.id).not.toBe(user.id);
  await studio.open("/gallery");
  await page.getByText(galleryText.empty).waitFor();
});

test("a canceled sign-in and an unverified address are explained, and the prompt is kept", async () => {
  const prompt = "A bowl of cherries";
  const visitor = await atTheProvider(prompt);
  const { page, studio } = visitor;
  await page.getByRole("link", { name: /cancel/i }).click();
  await page.getByRole("heading", { name: "You weren't signed in" }).waitFor();
  await page.getByRole("link", { name: "Back to studio" }).click();
  await expect.poll(() => studio.prompt.inputValue()).toBe(prompt);

  await studio.generateButton.click();
  await studio.signInDialog.getByRole("link", { name: signInText.withOidc }).click();
  await page.waitForURL(`${issuer}/**`);
  await signInAs(visitor, "unverified-ben");
  await page.getByRole("heading", { name: "Your email address isn't verified" }).waitFor();
  await page.getByRole("link", { name: "Back to studio" }).click();
  await expect.poll(() => studio.prompt.inputValue()).toBe(prompt);
  expect(await createSimulatorClient(app.adminUrl).creates(prompt)).toEqual([]);
});
