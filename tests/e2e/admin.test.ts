/** `scripts/admin.ts` and `scripts/doctor.ts`: their output and their exit codes. */
import { execFile } from "node:child_process";
import { expect, inject, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { ADMIN_TOKEN } from "./support/app.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";

useBrowser();
const { url } = inject("app");

type Ended = { code: number; out: string; err: string };

const admin = (args: string[], token = ADMIN_TOKEN) => run("scripts/admin.ts", args, token);

function run(script: string, args: string[], token = ADMIN_TOKEN): Promise<Ended> {
  const env = { ...process.env, ADMIN_TOKEN: token };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

test("sets a plan, finds the user, shows usage", async () => {
  const email = newEmail();
  const client = await createClient(url, email);
  const set = await admin(["plan", email, "pro", "--url", url]);
  expect(set, set.err).toMatchObject({ code: 0 });
  expect((await client.session()).limits).toMatchObject({ concurrent: 3 });
  const [found, usage] = await Promise.all([
    admin(["users", email, "--url", url, "--json"]),
    admin(["usage", email, "--url", url]),
  ]);
  expect(JSON.parse(found.out)).toMatchObject({ email, plan: "pro" });
  expect(usage.out).toMatch(/in flight {2}0 of 3\ntoday {6}0 of any number, until /);
});

test("an open page shows that the user was suspended", async () => {
  const email = newEmail();
  const { page, studio, expectsInConsole } = await visit({ email });
  expectsInConsole(/status of 403/);
  await studio.open();
  await studio.generate("A lamp that is left on");
  await studio.seesImage("A lamp that is left on");
  await studio.prompt.fill("A lamp for later");
  expect(await admin(["suspend", email, "--url", url])).toMatchObject({ code: 0 });
  await page.getByRole("heading", { name: accountText.signedOut.suspended.title }).waitFor();
  expect(await studio.images.count()).toBe(0);
  await page.getByRole("link", { name: accountText.backToStudio }).click();
  await expect.poll(() => studio.prompt.inputValue(), { message: "the draft" }).toBe("A lamp for later");
});

test("deletes a user only with --yes", async () => {
  const email = newEmail();
  const client = await createClient(url, email);
  const asked = await admin(["delete-user", email, "--url", url]);
  expect(asked).toMatchObject({ code: 2, out: "" });
  expect(asked.err).toMatch(/--yes/);
  expect((await client.session()).user).toMatchObject({ email });
  const gone = await admin(["delete-user", email, "--yes", "--url", url]);
  expect(gone, gone.err).toMatchObject({ code: 0 });
  expect(gone.out).toMatch(/being deleted/);
  expect((await client.session()).user).toBeNull();
});

test.each<[name: string, args: string[], token: string, code: number, says: RegExp]>([
  ["an unknown user", ["suspend", "nobody@example.com", "--url", url], ADMIN_TOKEN, 1, /no such user/],
  ["an unknown plan", ["plan", "x", "gold", "--url", url], ADMIN_TOKEN, 1, /plan/],
  ["a wrong token", ["usage", "--url", url], "a-wrong-token-of-good-length", 1, /ADMIN_TOKEN/],
  ["no token", ["usage", "--url", url], "", 2, /ADMIN_TOKEN is not set/],
  ["an unknown command", ["toString"], ADMIN_TOKEN, 2, /no command "toString"/],
  ["a missing argument", ["plan", "x"], ADMIN_TOKEN, 2, /does not take/],
  ["an address without TLS", ["usage", "--url", "http://studio.example"], ADMIN_TOKEN, 2, /https/],
  ["an unreachable studio", ["usage", "--url", "http://localhost:1"], ADMIN_TOKEN, 3, /cannot be reached/],
])("%s: prints the reason and exits with its code", async (_, args, token, code, says) => {
  const ended = await admin(args, token);
  expect(ended.err).toMatch(says);
  expect(ended).toMatchObject({ code, out: "" });
});

test("makes, lists and revokes an invitation", async () => {
  const email = newEmail();
  const made = await admin(["invite", email, "--operator", "--plan", "pro", "--url", url]);
  expect(made, made.err).toMatchObject({ code: 0 });
  const [line = "", link = ""] = made.out.trim().split("\n");
  expect(line).toMatch(new RegExp(`^[0-9a-f-]{36}  pro   ${email}  operator  until 20`));
  expect(link).toMatch(new RegExp(`^${url}/invite#[\\w-]{43}$`));
  const id = line.slice(0, 36);
  const revoked = await admin(["revoke", id, "--url", url]);
  expect(revoked).toMatchObject({ code: 0, out: `${id}  revoked\n` });
  const listed = await admin(["invitations", "--url", url]);
  expect(listed.out).toMatch(new RegExp(`^${id} .*revoked 20`, "m"));
  expect(listed.out).not.toContain("invite#");
  const unknown = await admin(["revoke", crypto.randomUUID(), "--url", url]);
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("no such invitation") });
});

test("the doctor finds nothing wrong, and its webhook reaches the Worker", async () => {
  const ended = await run("scripts/doctor.ts", [url, "--json"]);
  expect(ended, ended.out + ended.err).toMatchObject({ code: 0 });
  const states = ended.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; ok: boolean | "warning" });
  expect(states.filter(({ ok }) => ok === false)).toEqual([]);
  expect(states.find(({ id }) => id === "webhook")).toMatchObject({ ok: true });
  expect(states.find(({ id }) => id === "alarm")).toMatchObject({ ok: true });
});
