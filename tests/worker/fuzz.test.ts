/**
 * Anything at all at the door: never a 5xx, never a change that a well-formed request of the owner did not ask for.
 * TEST_ALL makes it longer.
 */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { PROBLEM_STATUS } from "../../worker/catalog.ts";
import type { Problem } from "../../worker/contract.ts";
import {
  call,
  deliver,
  generate,
  newPrompt,
  newUser,
  reaches,
  read,
  rowsOf,
  sign,
  type Visitor,
} from "./support/app.ts";
import { createsOf, SIMULATOR_KEY } from "./support/simulator.ts";

const numRuns = env.TEST_ALL ? 3_000 : 200;

let user: Visitor;
let kept: { id: string; prompt: string; webhookUrl: string };

beforeAll(async () => {
  user = await newUser();
  const prompt = newPrompt("terminal");
  const { id } = await generate(user, prompt);
  await reaches(user, id, "succeeded");
  const [create] = await createsOf(prompt);
  kept = { id, prompt, webhookUrl: String(create?.webhookUrl) };
});

/** A refusal is a problem of the closed list, or the page for a share link that leads nowhere; nothing is a 5xx. */
async function expectCivil(answer: Response): Promise<void> {
  expect(answer.status).toBeLessThan(500);
  const body = await answer.text();
  if (answer.status < 400 || (answer.status === 404 && body.startsWith("<!doctype html>"))) return;
  const problem: Problem = JSON.parse(body);
  expect(PROBLEM_STATUS[problem.code]).toBe(answer.status);
}

const anyJson = fc.oneof(
  fc.jsonValue(),
  fc.string().map((text) => ({ prompt: text, model: text })),
);
const anyText = fc.string({ unit: "binary", maxLength: 60 });

describe("the API takes anything", () => {
  it("as a body", { timeout: 600_000 }, async () => {
    const before = await rowsOf(user);
    const path = fc.constantFrom("/api/generate", `/api/generations/${kept.id}/share`, "/api/auth/dev");
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.oneof(
          anyJson.map((value) => JSON.stringify(value)),
          anyText,
        ),
        async (to, body) => {
          // A prompt that is one would be made: that is not what is asked here.
          const asked = safely(body);
          if (to === "/api/generate" && typeof asked?.prompt === "string" && asked.prompt.trim() !== "")
            return;
          await expectCivil(await user.post(to, body));
        },
      ),
      { numRuns },
    );
    expect((await rowsOf(user)).map((row) => row.id)).toEqual(before.map((row) => row.id));
  });

  it("as an id, a query, a header", { timeout: 600_000 }, async () => {
    const method = fc.constantFrom("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS");
    const place = fc.constantFrom(
      "/api/predictions/",
      "/api/generations/",
      "/images/",
      "/s/",
      "/api/",
      "/",
      "/api/generations?cursor=",
      "/api/generations?limit=",
    );
    const header = fc.constantFrom(
      "range",
      "if-none-match",
      "if-range",
      "idempotency-key",
      "content-type",
      "upgrade",
      "x-skytells-signature",
    );
    const value = fc
      .string({ unit: "grapheme-ascii", maxLength: 40 })
      .filter((text) => /^[\x21-\x7e ]*$/.test(text));
    await fc.assert(
      fc.asyncProperty(method, place, anyText, header, value, async (verb, at, rest, name, content) => {
        const answer = await user.call(`${at}${encodeURIComponent(rest.toWellFormed())}`, {
          method: verb,
          headers: { [name]: content },
        });
        expect(answer.status).toBeLessThan(500);
        if (verb !== "HEAD") await expectCivil(answer);
      }),
      { numRuns },
    );
    expect((await read(user, kept.id)).status).toBe("succeeded");
  });
});

function safely(body: string): { prompt?: unknown } | null {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

describe("the webhook door takes anything", () => {
  it("well signed: 200 or 400, and what is finished stays finished", { timeout: 600_000 }, async () => {
    const before = await read(user, kept.id);
    const status = fc.oneof(
      fc.constantFrom("queued", "processing", "failed", "canceled", "succeeded", "starting"),
      anyText,
      fc.jsonValue(),
    );
    const prediction = fc.record(
      {
        id: fc.oneof(fc.constant(kept.id), fc.uuid(), anyText, fc.jsonValue()),
        status,
        output: fc.oneof(fc.constant(["https://evil.example/x.png"]), fc.jsonValue()),
        error: fc.jsonValue(),
        metrics: fc.jsonValue(),
        completed_at: fc.oneof(anyText, fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const payload = fc.oneof(
      prediction,
      prediction.map((data) => ({ type: "prediction.succeeded", data })),
      fc.jsonValue(),
    );
    const url = fc.oneof(
      fc.constant(kept.webhookUrl),
      anyText.map((text) => `/api/webhooks?user=${encodeURIComponent(text.toWellFormed())}&job=${user.id}`),
    );
    await fc.assert(
      fc.asyncProperty(payload, url, async (value, to) => {
        const body = JSON.stringify(value) ?? "null";
        const answer = await deliver({
          id: "",
          event: "",
          url: to,
          body,
          signature: await sign(SIMULATOR_KEY, body),
        });
        expect(answer.status).toBe(200);
      }),
      { numRuns },
    );
    expect(await read(user, kept.id)).toEqual(before);
  });

  it("not signed: 401, whatever it is", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), anyText, async (body, signature) => {
        const header = /^[\x20-\x7e]*$/.test(signature) ? signature : "";
        const answer = await call("/api/webhooks", {
          method: "POST",
          body: new Uint8Array(body),
          headers: { "x-skytells-signature": header },
        });
        expect([401, 429]).toContain(answer.status);
      }),
      { numRuns },
    );
  });
});
