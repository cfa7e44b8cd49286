/** The object's RPC methods, called by a Worker of another version: with unknown fields, and without optional ones. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { isTransientObjectError } from "../../worker/studio/client.ts";
import { UserStudio } from "../../worker/studio/user-studio.ts";
import {
  generate,
  isIdle,
  limitsOf,
  newPrompt,
  newUser,
  ORIGIN,
  reaches,
  type Visitor,
} from "./support/app.ts";

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;
type Call = { extra: unknown[]; missing: unknown[]; expected: unknown };

const extra = { color: "blue", nested: { deep: true } };

/** By method: its arguments, and what both calls return. */
function callsOf(user: Visitor, id: string): Record<string, Call> {
  const claim = { userId: user.id, epoch: 1 };
  const noEpoch = { userId: user.id };
  const refused = { ok: false, refusal: { code: "unauthenticated" } };
  const prediction = { id: "a-prediction", status: "succeeded" };
  const record = {
    id,
    prompt: "a dog",
    model: "truefusion-pro",
    status: "succeeded",
    createdAt: 1,
  };
  const body = { prompt: newPrompt(), model: "truefusion-pro" };
  const uploadId = crypto.randomUUID();
  const endpoint = {
    id: "an-endpoint",
    url: "https://hooks.example.org/",
    secret: "whsec_c2VjcmV0",
    origin: ORIGIN,
  };
  const image = { width: 64, height: 64, bytes: 100 };
  return {
    generate: {
      extra: [
        {
          claim: { ...claim, epoch: 9, ...extra },
          body: { ...body, reference: { upload: uploadId, ...extra }, ...extra },
          idempotencyKey: null,
          origin: "x",
          ...extra,
        },
      ],
      missing: [{ claim: noEpoch, body }],
      expected: refused,
    },
    reserveUpload: {
      extra: [{ ...claim, epoch: 9, ...extra }, uploadId, extra],
      missing: [noEpoch, uploadId],
      expected: refused,
    },
    completeUpload: {
      extra: [uploadId, { ...image, ...extra }, extra],
      missing: [uploadId, image],
      expected: { ok: false, refusal: { code: "storage_unavailable" } },
    },
    dropUpload: { extra: [uploadId, extra], missing: [uploadId], expected: undefined },
    referenceKey: { extra: [id, extra], missing: [id], expected: null },
    listEndpoints: {
      extra: [{ ...claim, epoch: 9, ...extra }, extra],
      missing: [noEpoch],
      expected: refused,
    },
    createEndpoint: {
      extra: [{ ...claim, epoch: 9, ...extra }, { ...endpoint, includePrompt: true, ...extra }, extra],
      missing: [noEpoch, endpoint],
      expected: refused,
    },
    changeEndpoint: {
      extra: [{ ...claim, epoch: 9, ...extra }, "an-endpoint", { enabled: true, ...extra }, ORIGIN, extra],
      missing: [noEpoch, "an-endpoint", {}, ORIGIN],
      expected: refused,
    },
    deleteEndpoint: {
      extra: [{ ...claim, epoch: 9, ...extra }, "an-endpoint", extra],
      missing: [noEpoch, "an-endpoint"],
      expected: refused,
    },
    rotateEndpoint: {
      extra: [{ ...claim, epoch: 9, ...extra }, "an-endpoint", endpoint.secret, extra],
      missing: [noEpoch, "an-endpoint", endpoint.secret],
      expected: refused,
    },
    testEndpoint: {
      extra: [{ ...claim, epoch: 9, ...extra }, "an-endpoint", "a-delivery", extra],
      missing: [noEpoch, "an-endpoint", "a-delivery"],
      expected: refused,
    },
    resendDelivery: {
      extra: [{ ...claim, epoch: 9, ...extra }, "an-endpoint", "a-delivery", extra],
      missing: [noEpoch, "an-endpoint", "a-delivery"],
      expected: refused,
    },
    listDeliveries: {
      extra: [{ ...claim, epoch: 9, ...extra }, "an-endpoint", { limit: 1, after: null, ...extra }, extra],
      missing: [noEpoch, "an-endpoint"],
      expected: refused,
    },
    deliver: {
      extra: [{ jobId: null, prediction: { ...prediction, status: "dreaming", ...extra }, ...extra }],
      missing: [{ prediction }],
      expected: "unknown",
    },
    find: { extra: [id, { ...claim, ...extra }], missing: [id], expected: { id } },
    waitFor: {
      extra: [id, { status: "succeeded", progress: null, ms: 1, ...extra }, extra],
      missing: [id],
      expected: { id },
    },
    cancel: {
      extra: [{ ...claim, epoch: 9, ...extra }, id, extra],
      missing: [noEpoch, id],
      expected: refused,
    },
    remove: {
      extra: [{ ...claim, epoch: 9, ...extra }, id, extra],
      missing: [noEpoch, id],
      expected: refused,
    },
    removeMany: {
      extra: [{ ...claim, epoch: 9, ...extra }, [id], extra],
      missing: [noEpoch, [id]],
      expected: refused,
    },
    deleteAccount: {
      extra: [user.id, { ...claim, epoch: 9, ...extra }, extra],
      missing: [user.id, noEpoch],
      expected: refused,
    },
    limits: { extra: ["enterprise", extra], missing: [], expected: { concurrent: 1 } },
    exportOf: { extra: ["enterprise", extra], missing: [], expected: { limits: { concurrent: 1 } } },
    record: { extra: [[id], extra], missing: [], expected: false },
    planChanged: { extra: ["enterprise", extra], missing: [], expected: undefined },
    announce: { extra: [{ ...record, ...extra }], missing: [record], expected: undefined },
    announceMany: { extra: [[{ ...record, ...extra }], extra], missing: [], expected: undefined },
    endSessions: { extra: [0, extra], missing: [], expected: undefined },
    endKeys: { extra: [["a-key"], extra], missing: [], expected: undefined },
    closeSockets: { extra: [extra], missing: [], expected: undefined },
    restore: { extra: [extra], missing: [], expected: undefined },
    testAlarm: { extra: [1, extra], missing: [], expected: false },
    recheck: { extra: [id, extra], missing: ["unknown"], expected: expect.anything() },
  };
}

/** Not called by the Worker. */
const INTERNAL = new Set([
  "constructor",
  "fetch",
  "webSocketMessage",
  "webSocketClose",
  "withTimeLimit",
  "isWithinRate",
]);

describe("an RPC method", () => {
  it("ignores unknown arguments and fields, and does without optional ones", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    const calls = callsOf(user, id);
    const methods = Object.getOwnPropertyNames(UserStudio.prototype).filter((name) => !INTERNAL.has(name));
    expect(Object.keys(calls).sort()).toEqual(methods.sort());
    const studio = env.STUDIO.getByName(user.id) as unknown as Methods;
    for (const [name, call] of Object.entries(calls)) {
      if (name === "recheck") continue;
      for (const args of [call.extra, call.missing]) {
        const result = await studio[name]?.(...args);
        if (typeof call.expected === "object" && call.expected)
          expect(result, name).toMatchObject(call.expected);
        else expect(result, name).toBe(call.expected);
      }
    }
    expect(await studio.recheck?.(id, extra)).toMatchObject({ id });
    expect(await studio.recheck?.("unknown")).toBeNull();
    // The session is still valid, and its user not suspended.
    expect(await limitsOf(user)).toMatchObject({ concurrent: 1, inFlight: 0 });
  });
});

it("a method that the object's version does not have is a temporary error", async () => {
  const studio = env.STUDIO.getByName(crypto.randomUUID()) as unknown as Methods;
  const error: unknown = await studio["methodOfANewerVersion"]?.().catch((reason: unknown) => reason);
  expect(isTransientObjectError(error), String(error)).toBe(true);
  expect(isTransientObjectError(new TypeError("x is not a function"))).toBe(false);
});
