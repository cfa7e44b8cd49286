/** Webhook requests: signature, size and format. */
import { describe, expect, it } from "vitest";
import { isSignedBy, predictionIn } from "../../worker/skytells/webhook.ts";
import { call, expectProblem, generate, newPrompt, newUser, read, sign } from "./support/app.ts";
import { createsOf, SIMULATOR_KEY, webhookOf } from "./support/simulator.ts";

const send = (body: BodyInit, signature: string | null, url = "/api/webhooks") =>
  call(url, {
    method: "POST",
    body,
    headers: signature === null ? {} : { "x-skytells-signature": signature },
  });

describe("the signature", () => {
  const body = new TextEncoder().encode('{"id":"x","status":"succeeded"}');
  const text = new TextDecoder().decode(body);

  it("is accepted for each of the keys, with and without its prefix, in either case", async () => {
    const good = await sign("two", text);
    expect(await isSignedBy(["one", "two"], body, good)).toBe(true);
    expect(await isSignedBy(["two"], body, `sha256=${good}`)).toBe(true);
    expect(await isSignedBy(["two"], body, good.toUpperCase())).toBe(true);
  });

  it.each([
    ["another key", async () => sign("three", text)],
    ["another body", async () => sign("two", `${text} `)],
    ["cut", async () => (await sign("two", text)).slice(0, 63)],
    ["longer", async () => `${await sign("two", text)}0`],
    ["no hex", async () => "z".repeat(64)],
    ["empty", async () => ""],
    ["none", async () => null],
  ])("%s is rejected", async (_, header) => {
    expect(await isSignedBy(["one", "two"], body, await header())).toBe(false);
  });
});

describe("POST /api/webhooks", () => {
  it("unsigned, wrongly signed and tampered are 401 and change nothing", async () => {
    const user = await newUser();
    const generation = await generate(user, newPrompt("delay=60"));
    const [create] = await createsOf(generation.prompt);
    const url = String(create?.webhookUrl);
    const body = JSON.stringify({ id: generation.id, status: "failed", error: "no" });
    const good = await sign(SIMULATOR_KEY, body);
    await expectProblem(await send(body, null, url), "invalid_signature");
    await expectProblem(await send(body, await sign("sk-other", body), url), "invalid_signature");
    await expectProblem(await send(body.replace("failed", "succeeded"), good, url), "invalid_signature");
    expect((await read(user, generation.id)).status).toBe("queued");
  });

  it("accepts deeply nested input", async () => {
    const user = await newUser();
    const { id, prompt } = await generate(user, newPrompt("delay=60"));
    const [create] = await createsOf(prompt);
    const input = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const body = `{"id":"${id}","status":"processing","input":${input}}`;
    const response = await send(body, await sign(SIMULATOR_KEY, body), String(create?.webhookUrl));
    expect(response.status).toBe(200);
    expect((await read(user, id)).status).toBe("processing");
  });

  it("over 256 KB is 413 before the signature is checked, with and without Content-Length", async () => {
    const body = "x".repeat(256 * 1024 + 1);
    await expectProblem(await send(body, null), "payload_too_large");
    await expectProblem(await send(new Blob([body]).stream(), null), "payload_too_large");
    await expectProblem(await send("x".repeat(256 * 1024), null), "invalid_signature");
  });

  it("signed: invalid JSON is 400, an unknown prediction or format is 200", async () => {
    const signed = async (body: string, url?: string) => send(body, await sign(SIMULATOR_KEY, body), url);
    await expectProblem(await signed('{"id":'), "invalid_request");
    await expectProblem(await signed(""), "invalid_request");
    for (const body of [
      "{}",
      "[]",
      "null",
      "7",
      '"x"',
      '{"id":7}',
      '{"id":"../x","status":"succeeded"}',
      '{"type":"a","data":[]}',
    ]) {
      const response = await signed(body);
      expect([body, response.status]).toEqual([body, 200]);
      expect(await response.json()).toEqual({ ok: true });
    }
    const unknown = JSON.stringify({
      id: crypto.randomUUID(),
      status: "succeeded",
      output: ["https://evil.example/x.png"],
    });
    for (const query of [
      "",
      "?user=&job=",
      "?user=%00&job=%00",
      `?user=${crypto.randomUUID()}&job=${crypto.randomUUID()}`,
    ]) {
      expect((await signed(unknown, `/api/webhooks${query}`)).status).toBe(200);
    }
  });

  it("accepts only POST", async () => {
    const response = await call("/api/webhooks");
    expect(response.headers.get("allow")).toBe("POST");
    await expectProblem(response, "method_not_allowed");
  });

  it("has the user and job ids in its URL", async () => {
    const user = await newUser();
    const generation = await generate(user);
    const { url } = await webhookOf(generation.id, "succeeded");
    expect(url).toMatch(new RegExp(`^http://localhost:9/api/webhooks\\?user=${user.id}&job=[0-9a-f-]{36}$`));
  });
});

describe("formats of a prediction", () => {
  const base = { id: "p-1", status: "succeeded" };
  it.each([
    [{ ...base, output: "https://a/1.png" }, ["https://a/1.png"]],
    [{ ...base, output: ["https://a/1.png", "https://a/2.png"] }, ["https://a/1.png", "https://a/2.png"]],
    [{ ...base, output: [{ url: "https://a/1.png" }] }, ["https://a/1.png"]],
    [
      { ...base, output: null, metadata: { storage: { files: [{ url: "https://a/f.png" }] } } },
      ["https://a/f.png"],
    ],
    [{ ...base, output: 7 }, []],
    [{ type: "prediction.succeeded", data: { ...base, output: "https://a/1.png" } }, ["https://a/1.png"]],
  ])("%j", (payload, outputs) => {
    expect(predictionIn(payload)).toMatchObject({ id: "p-1", status: "succeeded", outputs });
  });

  it.each([
    ["pending", "queued"],
    ["created", "queued"],
    [false, "queued"],
    ["STARTED", "processing"],
    ["running", "processing"],
    ["brand-new-status", "processing"],
    [null, "processing"],
    ["completed", "succeeded"],
    ["error", "failed"],
    ["cancelled", "canceled"],
    ["aborted", "canceled"],
  ])("status %s is %s", (status, meant) => {
    expect(predictionIn({ id: "p-1", status })?.status).toBe(meant);
  });

  it.each([
    null,
    7,
    "x",
    [],
    {},
    { status: "succeeded" },
    { id: "" },
    { id: "a/b" },
    { id: "..", status: "failed" },
  ])("%j is none", (payload) => {
    expect(predictionIn(payload)).toBeNull();
  });
});
