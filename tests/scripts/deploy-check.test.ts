/** What `npm run deploy` does after the Worker is deployed: the doctor, and the operator's sign-in link. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkDeployed } from "../../scripts/deploy/last-check.ts";
import { operatorLink } from "../../scripts/deploy/operator-link.ts";
import {
  HEALTHY,
  type LiveStudio,
  LINK_TOKEN,
  problem,
  startLiveStudio,
  TOKEN,
} from "./support/live-studio.ts";

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

describe("the last check", () => {
  const timing = { timeoutMs: 100, intervalMs: 10 };
  const check = (token: string | null = TOKEN, address = studio.url) => checkDeployed(address, token, timing);

  it("runs the doctor with the operator's token", async () => {
    const { code, lines } = await check();
    expect({ code, count: lines.length }).toEqual({ code: 0, count: HEALTHY.length });
    expect(lines).toContainEqual(expect.stringMatching(/^ok +webhook/));
  });

  it("asks for the version only without a token, and says what is needed", async () => {
    const { code, lines } = await check(null);
    expect(code).toBe(0);
    expect(lines).toEqual([
      `${studio.url} answers, with version 0.1.0.`,
      `For all checks, set ADMIN_TOKEN: npm run doctor -- ${studio.url}`,
    ]);
    expect(studio.requests).toEqual(["GET /api/health"]);
  });

  it("waits until a new address answers", async () => {
    let left = 2;
    studio.instead.set("GET /api/health", () => {
      left -= 1;
      if (left === 0) studio.instead.clear();
      return new Response("error code: 1042", { status: 404 });
    });
    const patient = { ...timing, timeoutMs: 10_000 };
    expect(await checkDeployed(studio.url, TOKEN, patient)).toMatchObject({ code: 0 });
    expect(studio.requests.filter((request) => request === "GET /api/health")).toHaveLength(3);
  });

  it("says that the studio is deployed when the doctor finds something wrong", async () => {
    studio.checks = [{ id: "bucket", ok: false, what: "R2 failed.", fix: "Create it." }];
    const { code, lines } = await check();
    expect(code).toBe(1);
    expect(lines[0]).toBe("WRONG    bucket      R2 failed.  → Create it.");
    expect(lines.at(-1)).toBe(`The studio is deployed. To check it again: npm run doctor -- ${studio.url}`);
  });

  it("names a wrong setting", async () => {
    const detail = "The settings of this studio are wrong. MODELS: must be like slug=Label";
    studio.instead.set("GET /api/health", () => problem("internal", 500, detail));
    expect(await check()).toMatchObject({
      code: 1,
      lines: [expect.stringContaining(detail), expect.anything()],
    });
  });

  it("is no error behind Cloudflare Access", async () => {
    const headers = { location: "https://team.cloudflareaccess.com/login?token=a-secret" };
    studio.instead.set("GET /api/health", () => new Response(null, { status: 302, headers }));
    const { code, lines } = await check();
    expect({ code, lines }).toEqual({
      code: 0,
      lines: [`Not checked: ${studio.url} redirects to team.cloudflareaccess.com, which asks for a sign-in.`],
    });
  });

  it("exits with 3 when the studio does not answer in time", async () => {
    expect(await check(TOKEN, "http://127.0.0.1:1")).toMatchObject({
      code: 3,
      lines: [
        expect.stringContaining("cannot be reached"),
        expect.stringContaining("The studio is deployed."),
      ],
    });
  });

  it("checks nothing at a route, which is no address", async () => {
    expect(await check(TOKEN, "studio.example/*")).toEqual({
      code: 0,
      lines: ["Not checked: set PUBLIC_URL to the studio's https address."],
    });
  });
});

describe("the operator's sign-in link", () => {
  const email = "ann@example.com";
  const answers = (answer: string) => async () => answer;

  it("is made for the address that is asked for", async () => {
    const lines = await operatorLink(studio.url, TOKEN, answers(` ${email} `), undefined);
    expect(lines).toEqual([
      `Sign in as ${email}, with this link. It works once, and is shown only now:`,
      `${studio.url}/invite#${LINK_TOKEN}`,
    ]);
  });

  it("is made for OPERATOR_EMAIL without a question", async () => {
    const never = () => Promise.reject(new Error("asked"));
    expect(await operatorLink(studio.url, TOKEN, never, email)).toContain(
      `${studio.url}/invite#${LINK_TOKEN}`,
    );
  });

  it.each<[string, string | null, (() => Promise<string>) | null, string | undefined, string]>([
    ["without a terminal", TOKEN, null, email, email],
    ["without a terminal and an address", TOKEN, null, undefined, "EMAIL"],
    ["without the operator's token", null, answers(email), undefined, "EMAIL"],
    ["for an empty answer", TOKEN, answers(" "), undefined, "EMAIL"],
  ])("is not made %s; the line says how to make one", async (_, token, ask, known, whom) => {
    const lines = await operatorLink(studio.url, token, ask, known);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`npm run admin -- invite ${whom} --operator --url ${studio.url}`);
    expect(studio.requests).toEqual([]);
  });

  it("says why the studio refused it", async () => {
    studio.instead.set("POST /api/admin/invitations", () =>
      problem("rate_limited", 429, "Too many requests."),
    );
    const [why, again] = await operatorLink(studio.url, TOKEN, answers(email), undefined);
    expect(why).toBe("No sign-in link was made: Too many requests. (rate_limited)");
    expect(again).toContain(`invite ${email} --operator`);
  });
});
