/**
 * Random requests: never a 5xx, and stored data changes only as an oracle allows, which is written from the contract and
 * not from the code. TEST_ALL runs more of them.
 */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { PROBLEM_STATUS } from "../../worker/shared/error-codes.ts";
import type { Problem } from "../../worker/api/schemas/problem.ts";
import {
  bulkBody,
  favoriteBody,
  generateBody,
  shareBody,
} from "../../worker/api/schemas/requests/generation.ts";
import { devSignInBody } from "../../worker/api/schemas/requests/session.ts";
import {
  call,
  eventually,
  generate,
  newPrompt,
  newUser,
  ORIGIN,
  reaches,
  sign,
  type Visitor,
} from "./support/app.ts";
import { concat, jpeg, png, webp } from "./support/image-files.ts";
import { set } from "./support/settings.ts";
import { createsOf, SIMULATOR_KEY } from "./support/simulator.ts";
import { jobsOf, type StoredState, storedStateOf } from "./support/stored-state.ts";

const numRuns = env.TEST_ALL ? 1_000 : 30;
const timeout = 600_000;

type Kept = { id: string; jobId: string; webhookUrl: string };

let owner: Visitor;
let other: Visitor;
/** Generations that have ended, by how: nothing but their owner may ever change them. */
let kept: Record<"succeeded" | "failed" | "canceled" | "deleted" | "theirs", Kept>;

async function keep(user: Visitor, mood: string): Promise<Kept> {
  const prompt = newPrompt(mood);
  const { id } = await generate(user, prompt);
  const [create] = await createsOf(prompt);
  const webhookUrl = String(create?.webhookUrl);
  return { id, webhookUrl, jobId: new URL(webhookUrl).searchParams.get("job") ?? "" };
}

/** Waits until no pending work can change anything. */
const isAtRest = (user: Visitor) =>
  eventually(async () => {
    for (const job of await jobsOf(user.id)) {
      expect(job).toMatchObject({ holds_slot: 0, tasks: "[]" });
      expect(JSON.parse(job["document"] as string).endedAt).not.toBeNull();
    }
  });

beforeAll(async () => {
  [owner, other] = await Promise.all([newUser("pro"), newUser()]);
  const [succeeded, failed, theirs] = await Promise.all([
    keep(owner, "terminal"),
    keep(owner, "terminal,failed"),
    keep(other, "terminal"),
  ]);
  await Promise.all([
    reaches(owner, succeeded.id, "succeeded"),
    reaches(owner, failed.id, "failed"),
    reaches(other, theirs.id, "succeeded"),
  ]);
  const [canceled, deleted] = await Promise.all([keep(owner, "stuck"), keep(owner, "terminal")]);
  await owner.post(`/api/predictions/${canceled.id}/cancel`);
  await owner.call(`/api/generations/${deleted.id}`, { method: "DELETE" });
  await Promise.all([isAtRest(owner), isAtRest(other)]);
  kept = { succeeded, failed, canceled, deleted, theirs };
  await eventually(async () => expect((await storedStateOf()).objects).toHaveLength(4));
}, 60_000);

/** A refusal is a problem of the closed list, or a page where a page is asked for; nothing is a 5xx. */
async function expectCivil(response: Response, { isHead = false, isPage = false }): Promise<void> {
  expect(response.status).toBeLessThan(500);
  response.webSocket?.accept();
  response.webSocket?.close();
  if (response.status < 400 || isHead) return response.body?.cancel();
  const body = await response.text();
  if (response.status === 404 && isPage && (body === "" || body.startsWith("<!doctype html>"))) return;
  const problem: Problem = JSON.parse(body);
  expect(PROBLEM_STATUS[problem.code]).toBe(response.status);
}

const anyText = fc.string({ unit: "binary", maxLength: 60 });
const anyHeader = fc
  .string({ unit: "grapheme-ascii", maxLength: 60 })
  .filter((text) => /^[\x21-\x7e]*$/.test(text));
const orRandom = (id: fc.Arbitrary<string>) => fc.oneof({ weight: 2, arbitrary: id }, fc.uuid(), anyText);

describe("the API with random requests", () => {
  const id = () => orRandom(fc.constantFrom(...Object.values(kept).flatMap((one) => [one.id, one.jobId])));
  const placed = (before: string, after = "") =>
    id().map((text) => `${before}${encodeURIComponent(text.toWellFormed())}${after}`);
  const name = fc.constantFrom(
    "limit",
    "cursor",
    "q",
    "model",
    "status",
    "favorite",
    "shared",
    "collection",
    "sort",
    "from",
    "to",
    "size",
    "token",
    "x",
  );
  const path = () =>
    fc.oneof(
      fc.constantFrom(
        "/api/health",
        "/api/session",
        "/api/events",
        "/api/generate",
        "/api/generations",
        "/api/generations/bulk",
        "/api/presets",
        "/api/collections",
        "/api/uploads",
        "/api/references/image",
        "/api/auth/dev",
        "/api/auth/logout",
        "/api/webhooks",
        "/",
      ),
      placed("/api/predictions/"),
      placed("/api/predictions/", "/cancel"),
      placed("/api/generations/"),
      placed("/api/presets/"),
      placed("/api/collections/"),
      placed("/api/generations/", "/share"),
      placed("/images/"),
      placed("/images/", "/0"),
      placed("/images/", "/-1"),
      placed("/s/"),
      placed("/s/", "/image"),
      placed("/api/"),
      placed("/"),
    );
  const query = fc.dictionary(name, fc.oneof(anyText, fc.integer().map(String)), { maxKeys: 2 });
  const method = fc.constantFrom("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS");
  const headers = fc.dictionary(
    fc.constantFrom(
      "range",
      "if-none-match",
      "if-range",
      "idempotency-key",
      "content-type",
      "content-encoding",
      "upgrade",
      "origin",
      "sec-fetch-site",
      "x-skytells-signature",
      "x-socket-owner",
      "accept",
    ),
    fc.oneof(anyHeader, fc.constantFrom("application/json", "websocket", "bytes=0-", "null")),
    { maxKeys: 3 },
  );
  const body = fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc
      .record(
        {
          prompt: fc.jsonValue(),
          model: fc.oneof(fc.constant("truefusion-pro"), fc.jsonValue()),
          seed: fc.jsonValue(),
          aspectRatio: fc.jsonValue(),
          style: fc.oneof(fc.constantFrom("comic", "line-art"), fc.jsonValue()),
          count: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.jsonValue()),
          reference: fc.oneof(fc.record({ upload: fc.jsonValue() }), fc.jsonValue()),
        },
        { requiredKeys: ["prompt"] },
      )
      .map((value) => JSON.stringify(value)),
    fc.record({ favorite: fc.oneof(fc.boolean(), fc.jsonValue()) }).map((value) => JSON.stringify(value)),
    fc
      .record(
        {
          name: fc.oneof(anyText, fc.jsonValue()),
          options: fc.jsonValue(),
          style: fc.jsonValue(),
        },
        { requiredKeys: ["name"] },
      )
      .map((value) => JSON.stringify(value)),
    fc.record({ showPrompt: fc.oneof(fc.boolean(), fc.jsonValue()) }).map((value) => JSON.stringify(value)),
    fc
      .record({
        ids: fc.array(fc.oneof(fc.uuid(), fc.jsonValue())),
        action: fc.constantFrom("delete", "favorite", "unshare", "collect", "uncollect"),
        collection: fc.option(fc.oneof(fc.uuid(), fc.jsonValue()), { nil: undefined }),
      })
      .map((value) => JSON.stringify(value)),
    anyText,
  );
  const who = fc.constantFrom("owner", "other", "nobody", "a forged session");

  type Asked = { who: string; method: string; path: string; body: string };

  /** The expected state after a request: only a well-formed one of the owner changes it. */
  function allowed(
    before: StoredState,
    { who: asker, method: verb, path: at, body: sent }: Asked,
  ): StoredState {
    const asked = parse(sent);
    const [, resource = "", last] = /^\/api\/generations\/([^/]+)(\/share)?$/.exec(at) ?? [];
    const users: Record<string, string> = { owner: owner.id, other: other.id };
    const generations = before.generations.map((row) => {
      if (row["id"] !== decodeURIComponent(resource) || row["user_id"] !== users[asker]) return row;
      if (verb === "PATCH" && !last && favoriteBody.safeParse(asked).success)
        return { ...row, favorite: Number((asked as { favorite: boolean }).favorite) };
      if (verb === "DELETE" && last) return { ...row, share_token: null, share_prompt: 0 };
      const share = shareBody.safeParse(sent === "" ? {} : asked);
      if (verb === "POST" && last && share.success && row["status"] === "succeeded")
        return {
          ...row,
          share_token: row["share_token"] ?? expect.stringMatching(/^0[\w-]{22}$/),
          share_prompt:
            share.data.showPrompt === undefined ? row["share_prompt"] : Number(share.data.showPrompt),
        };
      return row;
    });
    return { ...before, generations };
  }

  /** Asks for what is to happen: an image, an account, a deletion. Other tests see that it does. */
  function isWish({ who: asker, method: verb, path: at, body: sent }: Asked): boolean {
    const asked = parse(sent);
    if (verb === "POST" && at === "/api/generate") return generateBody.safeParse(asked).success;
    if (verb === "POST" && at === "/api/auth/dev") return devSignInBody.safeParse(asked).success;
    if (verb === "POST" && at === "/api/generations/bulk") return bulkBody.safeParse(asked).success;
    return verb === "DELETE" && /^\/api\/generations\/[^/]+$/.test(at) && isTheirs(asker, at);
  }
  /** A generation goes by two ids: the prediction's, and until that is known its job's. */
  const isTheirs = (asker: string, at: string) => {
    const { theirs, ...ofOwner } = kept;
    const own = asker === "owner" ? Object.values(ofOwner) : asker === "other" ? [theirs] : [];
    return own.some((one) => at.endsWith(one.id) || at.endsWith(one.jobId));
  };

  const send = ({ who: asker, method: verb, path: at, body: sent }: Asked, more: Record<string, string>) => {
    const hasBody = verb !== "GET" && verb !== "HEAD" && sent !== "";
    const [session] = owner.cookie.split("=");
    const cookies: Record<string, string> = {
      owner: owner.cookie,
      other: other.cookie,
      "a forged session": `${session}=e30.e30.e30`,
    };
    return call(at, {
      method: verb,
      ...(hasBody && { body: sent }),
      headers: {
        ...(hasBody && { "content-type": "application/json" }),
        ...more,
        ...(cookies[asker] && { cookie: cookies[asker] }),
      },
    });
  };

  it("on any route, with and without a session", { timeout }, async () => {
    let before = await storedStateOf(owner.id, other.id);
    await fc.assert(
      fc.asyncProperty(
        who,
        method,
        path(),
        query,
        headers,
        body,
        async (asker, verb, at, search, more, sent) => {
          const asked = {
            who: asker,
            method: verb,
            path: at,
            body: verb === "GET" || verb === "HEAD" ? "" : sent,
          };
          if (isWish(asked)) return;
          const wellFormed = Object.entries(search).map(([key, value]) => [key, value.toWellFormed()]);
          const target =
            Object.keys(search).length > 0 ? `${at}?${new URLSearchParams(wellFormed).toString()}` : at;
          const response = await send({ ...asked, path: target }, more);
          await expectCivil(response, { isHead: verb === "HEAD", isPage: !at.startsWith("/api/") });
          const after = await storedStateOf(owner.id, other.id);
          // Refused is unchanged; else what was asked for, and nothing beside it.
          expect(after).toEqual(response.status < 300 ? allowed(before, asked) : before);
          before = after;
        },
      ),
      { numRuns: numRuns * 2 },
    );
  });
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe("the webhook route with random requests", () => {
  const spelled = fc.constantFrom(
    "queued",
    "starting",
    "processing",
    "failed",
    "canceled",
    "succeeded",
    "completed",
  );
  const prediction = (id: fc.Arbitrary<unknown>) =>
    fc.record(
      {
        id,
        status: fc.oneof({ weight: 4, arbitrary: spelled }, anyText, fc.jsonValue()),
        output: fc.oneof(fc.constant(["https://evil.example/x.png"]), fc.jsonValue()),
        error: fc.jsonValue(),
        metrics: fc.oneof(fc.record({ progress: fc.double() }), fc.jsonValue()),
        completed_at: fc.oneof(anyText, fc.jsonValue()),
        webhook: fc.jsonValue(),
      },
      { requiredKeys: ["id", "status"] },
    );
  const enveloped = (data: fc.Arbitrary<unknown>) =>
    fc.oneof(
      data,
      data.map((inner) => ({ type: "prediction.succeeded", data: inner })),
    );
  const anyId = () =>
    fc.oneof(
      fc.constantFrom(...Object.values(kept).map((one) => one.id)),
      fc.uuid(),
      anyText,
      fc.jsonValue(),
    );
  const anyUrl = () =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...Object.values(kept).map((one) => one.webhookUrl)) },
      fc
        .tuple(fc.constantFrom(owner.id, other.id), fc.uuid())
        .map(([user, job]) => `/api/webhooks?user=${user}&job=${job}`),
      anyText.map((text) => `/api/webhooks?user=${encodeURIComponent(text.toWellFormed())}&job=${owner.id}`),
      fc.constant("/api/webhooks"),
    );

  const post = (url: string, body: BodyInit, signature: string) =>
    call(url, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", "x-skytells-signature": signature },
    });

  it("correctly signed, for an ended, deleted, other or unknown job: nothing changes", {
    timeout,
  }, async () => {
    const before = await storedStateOf(owner.id, other.id);
    const payload = fc.oneof({ weight: 4, arbitrary: enveloped(prediction(anyId())) }, fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(payload, anyUrl(), async (value, to) => {
        const body = JSON.stringify(value) ?? "null";
        const response = await post(to, body, await sign(SIMULATOR_KEY, body));
        expect(response.status).toBe(200);
        expect(await storedStateOf(owner.id, other.id)).toEqual(before);
      }),
      { numRuns },
    );
  });

  it("not signed: 401, and nothing changes", { timeout }, async () => {
    const live = await keep(other, "stuck");
    const statuses = new Set<number>();
    const body = fc.oneof(
      enveloped(prediction(fc.constant(live.id))).map((value) => JSON.stringify(value)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
    );
    const signature = fc.oneof(anyHeader, fc.constant("0".repeat(64)), fc.constant(""));
    await fc.assert(
      fc.asyncProperty(body, signature, async (sent, header) => {
        const { status } = await post(live.webhookUrl, sent, header);
        statuses.add(status);
        expect([401, 429]).toContain(status);
        const [job] = (await jobsOf(other.id)).filter((one) => one["prediction_id"] === live.id);
        // A deadline may end the job; a webhook may not.
        expect(["queued", "processing", "timed_out"]).toContain(endOf(job));
      }),
      { numRuns },
    );
    expect(statuses).toContain(401);
    await other.post(`/api/predictions/${live.id}/cancel`);
    await isAtRest(other);
  });

  it("correctly signed, for a running job: states only move forward, and other users are unaffected", {
    timeout,
  }, async () => {
    const before = await storedStateOf(owner.id);
    const others = ({ generations, objects, jobs }: StoredState) => ({
      generations: generations.filter((row) => row["user_id"] === owner.id),
      objects,
      jobs,
    });
    // Half of the webhooks are about another user's prediction, sent to this job's URL.
    const id = fc.oneof(
      { weight: 4, arbitrary: fc.constant("LIVE") },
      { weight: 3, arbitrary: fc.uuid() },
      anyId(),
    );
    const news = fc.array(enveloped(prediction(id)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(news, async (values) => {
        // A new user each time, because of the rate limit.
        const outsider = await newUser();
        const live = await keep(outsider, "stuck");
        let rank = 0;
        let last = "queued";
        for (const value of values) {
          const body = JSON.stringify(value).replace('"LIVE"', JSON.stringify(live.id));
          const response = await post(live.webhookUrl, body, await sign(SIMULATOR_KEY, body));
          expect(response.status).toBe(200);
          const [job] = (await jobsOf(outsider.id)).filter((one) => one["prediction_id"] === live.id);
          const next = endOf(job);
          expect(rankOf(next)).toBeGreaterThanOrEqual(rank);
          // It runs at Skytells, and stays so: only its own news can end it.
          if (rank === 2 || (rankOf(next) === 2 && !body.includes(live.id))) expect(next).toBe(last);
          [rank, last] = [rankOf(next), next];
        }
        // No webhook led to an image, and other users are unaffected.
        expect(others(await storedStateOf(owner.id))).toEqual(others(before));
        await outsider.call(`/api/generations/${live.id}`, { method: "DELETE" });
      }),
      { numRuns: Math.ceil(numRuns / 5) },
    );
  });
});

describe("reference images with random requests", () => {
  const file = fc
    .tuple(fc.constantFrom(png(), jpeg(), webp()), fc.nat(200), fc.uint8Array({ maxLength: 8 }))
    .map(([whole, at, bytes]) => {
      const end = Math.min(at, whole.byteLength);
      return { whole, end, bytes: new Uint8Array(bytes) };
    })
    .chain(({ whole, end, bytes }) =>
      fc.constantFrom(
        whole,
        whole.slice(0, end),
        concat(whole, bytes),
        concat(whole.slice(0, end), bytes, whole.slice(end + bytes.byteLength)),
        bytes,
      ),
    );
  const type = fc.oneof(
    fc.constantFrom("image/png", "image/jpeg", "image/webp", "application/octet-stream"),
    anyHeader,
  );

  it("an upload stores one file, or none when it is refused", { timeout }, async () => {
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(file, type, async (bytes, contentType) => {
        // A new user each time, because of the maximum of unused uploads.
        const user = await newUser();
        const before = await storedStateOf(user.id);
        const headers = { "content-type": contentType };
        const response = await user.call("/api/uploads", { method: "POST", body: bytes, headers });
        statuses.add(response.status);
        await expectCivil(response, {});
        const added = response.status === 201 ? 1 : 0;
        await eventually(async () => {
          const after = await storedStateOf(user.id);
          const files = after.objects.filter((key) => !before.objects.includes(key));
          expect(files).toHaveLength(added);
          for (const key of files) expect(key).toMatch(new RegExp(`^uploads/${user.id}/[^/]+ `));
          expect({ ...after, objects: [] }).toEqual({ ...before, objects: [] });
        });
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
    expect([...statuses]).toEqual(expect.arrayContaining([201, 415]));
  });

  it("a create with an image that is not the user's, or not finished, changes nothing", {
    timeout,
  }, async () => {
    const MODELS = "truefusion-edit=Edit: with an image";
    await set(owner, { MODELS });
    const upload = await other.call("/api/uploads", { method: "POST", body: png() });
    const theirUpload = (await upload.json<{ upload: { id: string } }>()).upload.id;
    const { succeeded, ...unusable } = kept;
    const output = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.jsonValue());
    const reference = fc.oneof(
      fc.record({ upload: orRandom(fc.constant(theirUpload)) }),
      fc.record({ upload: fc.jsonValue() }),
      fc.record(
        { generation: orRandom(fc.constantFrom(...Object.values(unusable).map(({ id }) => id))), output },
        { requiredKeys: ["generation"] },
      ),
      fc.record({ generation: fc.constant(succeeded.id), output: fc.integer({ min: 1, max: 3 }) }),
      fc.jsonValue(),
    );
    const before = await storedStateOf(owner.id, other.id);
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(reference, async (asked) => {
        const request = {
          method: "POST",
          headers: { cookie: owner.cookie, "content-type": "application/json" },
          body: JSON.stringify({ prompt: "a dog", model: "truefusion-edit", reference: asked }),
        };
        const url = `${ORIGIN}/api/generate`;
        const response = await app.request(url, request, { ...env, MODELS }, createExecutionContext());
        statuses.add(response.status);
        expect(response.status).toBeGreaterThanOrEqual(400);
        await expectCivil(response, {});
        expect(await storedStateOf(owner.id, other.id)).toEqual(before);
      }),
      { numRuns },
    );
    expect([...statuses]).toEqual(expect.arrayContaining([400, 404]));
  });
});

/** A job's status, or why it failed. */
function endOf(job: Record<string, unknown> | undefined): string {
  const { status, error } = JSON.parse((job?.["document"] ?? "{}") as string);
  return error?.code ?? status;
}

function rankOf(end: string): number {
  return end === "queued" ? 0 : end === "processing" ? 1 : 2;
}
