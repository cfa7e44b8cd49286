/** `npm run doctor`: its lines and its exit codes. `tests/e2e/admin.test.ts` runs it against the Worker. */
import { execFile } from "node:child_process";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { environment } from "../../scripts/run.ts";
import { HEALTHY, type LiveStudio, problem, startLiveStudio, TOKEN } from "./support/live-studio.ts";

let studio: LiveStudio;
beforeAll(async () => {
  studio = await startLiveStudio();
});
beforeEach(() => {
  studio.checks = HEALTHY;
  studio.instead.clear();
  studio.requests.length = 0;
});
afterAll(() => studio.close());

type Ended = { code: number; out: string; err: string };

async function doctor(args: string[], token = TOKEN): Promise<Ended> {
  const env = { ...environment, ADMIN_TOKEN: token };
  const ended = await new Promise<Ended>((resolve) => {
    execFile(process.execPath, ["scripts/doctor.ts", ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
  expect(ended.out + ended.err, "the token").not.toContain(TOKEN);
  return ended;
}

it("prints a line for each check, and sends the webhook that the studio signed", async () => {
  expect(await doctor([studio.url])).toEqual({
    code: 0,
    err: "",
    out: `ok       settings    All are valid.
ok       database    D1 writes and reads.
ok       webhook     ${studio.url}/api/webhooks can be reached, and accepts a signed webhook.
`,
  });
  expect(studio.requests).toEqual([
    "POST /api/admin/doctor",
    "POST /api/admin/doctor/self-test",
    "POST /api/webhooks",
  ]);
});

it("prints how to fix what is wrong, and exits with 1", async () => {
  studio.checks = [
    { id: "models", ok: false, what: "Skytells does not have x.", fix: "Correct MODELS." },
    { id: "settings", ok: "warning", what: "Paused.", fix: "Change it." },
  ];
  const { code, out } = await doctor([studio.url]);
  expect(code).toBe(1);
  expect(out).toContain("WRONG    models      Skytells does not have x.  → Correct MODELS.\n");
  expect(out).toContain("warning  settings    Paused.  → Change it.\n");
});

it("does not exit with an error for warnings", async () => {
  studio.checks = [{ id: "settings", ok: "warning", what: "Paused.", fix: "Change it." }];
  expect(await doctor([studio.url])).toMatchObject({ code: 0 });
});

it("prints a check per line as JSON with --json", async () => {
  const { out } = await doctor([studio.url, "--json"]);
  const checks = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; ok: boolean });
  expect(checks.map(({ id, ok }) => [id, ok])).toEqual([
    ["settings", true],
    ["database", true],
    ["webhook", true],
  ]);
});

const login = "https://team.cloudflareaccess.com/login?token=a-secret-of-access";

it.each<[name: string, response: () => Response, what: RegExp]>([
  [
    "Cloudflare Access asks for a sign-in",
    () => new Response(null, { status: 302, headers: { location: login } }),
    /a redirect to team\.cloudflareaccess\.com\. .*bypass policy/,
  ],
  [
    "a firewall challenges it",
    () => new Response("<html>Just a moment...</html>", { status: 403 }),
    /Not the studio answers.*status 403/,
  ],
  ["another page answers with 200", () => new Response("<html>Hello</html>"), /Not the studio.*status 200/],
  [
    "another studio answers",
    () => problem("invalid_signature", 401, "The signature does not match the body."),
    /does not accept this studio's signature\..*PUBLIC_URL/,
  ],
  [
    "the studio's storage fails",
    () => problem("storage_unavailable", 503, "Try again."),
    /Try again\. \(storage_unavailable\)/,
  ],
])("names the webhook as wrong when %s", async (_, response, what) => {
  studio.instead.set("POST /api/webhooks", response);
  const { code, out } = await doctor([studio.url]);
  expect(code).toBe(1);
  expect(out).toMatch(/^WRONG {4}webhook/m);
  expect(out).toMatch(what);
  expect(out).not.toContain("a-secret-of-access");
});

it("names an address that cannot be reached from here", async () => {
  const test = { url: "http://127.0.0.1:1/api/webhooks", headers: {}, body: "{}" };
  studio.instead.set("POST /api/admin/doctor/self-test", () => Response.json(test));
  const { code, out } = await doctor([studio.url]);
  expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/cannot be reached: .*PUBLIC_URL/) });
});

it("sends nothing to an address that is not https", async () => {
  const test = { url: "http://studio.example/api/webhooks", headers: {}, body: "{}" };
  studio.instead.set("POST /api/admin/doctor/self-test", () => Response.json(test));
  expect((await doctor([studio.url])).out).toMatch(/is not https\. .*PUBLIC_URL/);
});

it("exits with 1 and names the setting when a setting is wrong", async () => {
  const detail = "The settings of this studio are wrong. MODELS: must be like slug=Label";
  studio.instead.set("POST /api/admin/doctor", () => problem("internal", 500, detail));
  const { code, err } = await doctor([studio.url]);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("MODELS: must be like") });
});

it.each<[name: string, args: (url: string) => string[], token: string, code: number, says: RegExp]>([
  ["an unreachable studio", () => ["http://127.0.0.1:1"], TOKEN, 3, /cannot be reached: fetch failed \(/],
  ["a wrong token", (url) => [url], "a-wrong-token-of-good-length", 1, /ADMIN_TOKEN/],
  ["no token", (url) => [url], "", 2, /ADMIN_TOKEN is not set/],
  ["an address without TLS", () => ["http://studio.example"], TOKEN, 2, /https/],
  ["two addresses", (url) => [url, url], TOKEN, 2, /npm run doctor/],
  ["an unknown option", (url) => [url, "--fix"], TOKEN, 2, /--fix/],
])("%s: prints the reason and exits with its code", async (_, args, token, code, says) => {
  const ended = await doctor(args(studio.url), token);
  expect(ended.err).toMatch(says);
  expect(ended.code).toBe(code);
});

it("names the host that a sign-in page redirects to, without its address", async () => {
  studio.instead.set(
    "POST /api/admin/doctor",
    () => new Response(null, { status: 302, headers: { location: login } }),
  );
  const { code, err } = await doctor([studio.url]);
  expect(code).toBe(3);
  expect(err).toContain("it redirects to team.cloudflareaccess.com.");
  expect(err).not.toContain("a-secret-of-access");
});
