import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Settings, settingsOf } from "../../worker/config/settings.ts";
import { ingestOutput } from "../../worker/images/ingest.ts";
import { isAllowedSource } from "../../worker/images/source.ts";
import { deliver, generate, isIdle, newPrompt, newUser, objectsOf, rowsOf } from "./support/app.ts";
import { reachesByAlarm } from "./support/clock.ts";
import { set } from "./support/settings.ts";
import { callsOf, webhookOf } from "./support/simulator.ts";

/** Generates with these moods, delivers the success, and waits for the end. */
async function endOf(status: "succeeded" | "failed", ...moods: string[]) {
  const user = await newUser();
  // Passes by the object's clock, and not while the machine is busy.
  await set(user, { OUTPUT_WINDOW_SECONDS: "300" });
  const { id } = await generate(user, newPrompt("delay=0.1", ...moods));
  await deliver(await webhookOf(id, "succeeded"));
  const generation = await reachesByAlarm(user, id, status);
  return { user, generation };
}

describe.concurrent("outputs that become an image", () => {
  it.each([
    ["output-jpeg", "jpg"],
    ["output-webp", "webp"],
    ["output-avif", "avif"],
    ["output-no-length", "png"],
    ["output-404-once", "png"],
    // A gateway's page is none of the tries that count against what is no image, and those are few together.
    ["output-404=3,output-html=1", "png"],
    ["output-html=3", "png"],
    ["output-empty=3", "png"],
  ])("%s", async (mood, ext) => {
    const { user, generation } = await endOf("succeeded", mood);
    expect(await objectsOf(user)).toContain(`outputs/${user.id}/${generation.id}/0.${ext}`);
    const picture = await user.call(`/images/${generation.id}/0`);
    expect(picture.headers.get("content-type")).toBe(ext === "jpg" ? "image/jpeg" : `image/${ext}`);
  });

  it("several: up to four, each with its size", async () => {
    const { user, generation } = await endOf("succeeded", "output-many");
    expect(generation.outputs).toHaveLength(4);
    expect(generation.outputUrl).toBe(generation.outputs[0]?.url);
    for (const { url } of generation.outputs) expect((await user.call(url)).status).toBe(200);
    expect((await objectsOf(user)).filter((key) => key.startsWith("outputs/"))).toHaveLength(4);
  });
});

describe.concurrent("outputs that do not", () => {
  it.each([
    ["output-404", "output_lost"],
    ["output-none", "output_lost"],
    ["output-short", "output_lost"],
    ["output-cut", "output_lost"],
    ["output-html", "output_invalid"],
    ["output-svg", "output_invalid"],
    ["output-foreign", "output_invalid"],
    ["output-large=65", "output_invalid"],
  ])("%s ends as %s, stores nothing, and frees its slot", async (mood, code) => {
    const { user, generation } = await endOf("failed", mood);
    expect(generation).toMatchObject({ error: { code }, outputUrl: null, outputs: [] });
    expect(await objectsOf(user)).toEqual([]);
    expect((await rowsOf(user))[0]).toMatchObject({ status: "failed", output_url: null });
    await isIdle(user);
    // Asked once more for a fresh address before it was given up.
    expect((await callsOf(generation.id)).gets).toBeGreaterThan(0);
  });
});

describe("R2 that fails", () => {
  it("for a moment: the image is stored all the same", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.1"));
    const webhook = await webhookOf(id, "succeeded");
    const put = Object.getPrototypeOf(env.OUTPUTS).put;
    let failures = 2;
    Object.getPrototypeOf(env.OUTPUTS).put = function (this: R2Bucket, ...args: unknown[]) {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error("R2 is down")) : Reflect.apply(put, this, args);
    };
    try {
      await deliver(webhook);
      await reachesByAlarm(user, id, "succeeded");
    } finally {
      Object.getPrototypeOf(env.OUTPUTS).put = put;
    }
    expect(failures).toBeLessThan(0);
  });

  it("permanently: fails with storage_failed", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.1"));
    const webhook = await webhookOf(id, "succeeded");
    const put = Object.getPrototypeOf(env.OUTPUTS).put;
    Object.getPrototypeOf(env.OUTPUTS).put = () => Promise.reject(new Error("R2 is down"));
    try {
      await deliver(webhook);
      expect((await reachesByAlarm(user, id, "failed")).error?.code).toBe("storage_failed");
    } finally {
      Object.getPrototypeOf(env.OUTPUTS).put = put;
    }
    await isIdle(user);
  });
});

describe("where an output may come from", () => {
  const upstream: Settings["skytells"] = {
    ...settingsOf(env).skytells,
    loopback: false,
    outputHosts: ["skytells.ai", "delivery.skytells.cloud", "skytells-ai.s3.us-east-1.amazonaws.com"],
  };
  it.each([
    ["https://skytells.ai/x.png", true],
    ["https://cdn.skytells.ai/x.png", true],
    ["https://delivery.skytells.cloud/x.png?sig=1", true],
    ["https://skytells-ai.s3.us-east-1.amazonaws.com/x.png", true],
    ["https://evil.skytells-ai.s3.us-east-1.amazonaws.com/x.png", false],
    ["https://evil.s3.us-east-1.amazonaws.com/x.png", false],
    ["https://skytells-ai.s3.us-east-1.amazonaws.com.evil.example/x.png", false],
    ["http://cdn.skytells.ai/x.png", false],
    ["https://evil-skytells.ai.example/x.png", false],
    ["https://evilskytells.ai/x.png", false],
    ["https://skytells.ai.example/x.png", false],
    ["https://skytells.ai@evil.example/x.png", false],
    ["https://user:pass@skytells.ai/x.png", false],
    ["https://skytells.ai:8443/x.png", false],
    ["http://127.0.0.1:8788/x.png", false],
    ["http://localhost/x.png", false],
    ["http://169.254.169.254/latest", false],
    ["file:///etc/passwd", false],
    ["data:image/png;base64,AAAA", false],
  ])("%s: %s", (url, isAllowed) => {
    expect(isAllowedSource(new URL(url), upstream)).toBe(isAllowed);
  });

  it.each(["s3.amazonaws.com", "pub-1.r2.dev", "a.r2.cloudflarestorage.com", "b.storage.googleapis.com"])(
    "%s, a storage provider's host, only exactly",
    (host) => {
      const shared = { ...upstream, outputHosts: [host] };
      expect(isAllowedSource(new URL(`https://${host}/x.png`), shared)).toBe(true);
      expect(isAllowedSource(new URL(`https://evil.${host}/x.png`), shared)).toBe(false);
    },
  );

  it("loopback only where the API itself is on loopback", () => {
    const local = { ...upstream, loopback: true };
    expect(isAllowedSource(new URL("http://127.0.0.1:1234/x.png"), local)).toBe(true);
    expect(isAllowedSource(new URL("http://10.0.0.1/x.png"), local)).toBe(false);
    expect(isAllowedSource(new URL("https://cdn.skytells.ai/x.png"), local)).toBe(true);
  });

  it("a redirect off the list is not followed", async () => {
    const place = { userId: "u", generationId: crypto.randomUUID() };
    const responses = new Map([["https://skytells.ai/hop", "https://evil.example/x.png"]]);
    const real = globalThis.fetch;
    const asked: string[] = [];
    globalThis.fetch = (async (input: RequestInfo | URL) => {
      const url = input instanceof Request ? input.url : String(input);
      asked.push(url);
      return new Response(null, { status: 302, headers: { location: responses.get(url) ?? "" } });
    }) as typeof fetch;
    try {
      const result = await ingestOutput(env.OUTPUTS, upstream, place, 0, "https://skytells.ai/hop");
      expect(result).toMatchObject({ ok: false, failure: "invalid", reason: "source_not_allowed" });
    } finally {
      globalThis.fetch = real;
    }
    expect(asked).toEqual(["https://skytells.ai/hop"]);
  });
});

describe("images of any size", () => {
  /** A PNG's first bytes, then filler. */
  function png(size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size);
    bytes.set([
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 4, 0, 0, 0,
      2, 0, 8, 2, 0, 0, 0,
    ]);
    for (let at = 64; at < size; at += 4093) bytes[at] = at % 251;
    return bytes;
  }
  const MIB = 1024 * 1024;

  it.each([
    ["64 bytes", 64],
    ["just under a part", 5 * MIB - 1],
    ["exactly a part", 5 * MIB],
    ["just over a part", 5 * MIB + 1],
    ["two parts and some", 12 * MIB + 7],
  ])("%s, with a length and without: stored to the byte", async (_, size) => {
    const bytes = png(size);
    const upstream = { ...settingsOf(env).skytells, loopback: false, outputHosts: ["skytells.ai"] };
    const real = globalThis.fetch;
    try {
      for (const hasLength of [true, false]) {
        globalThis.fetch = (async () =>
          new Response(
            new Blob([bytes]).stream(),
            hasLength ? { headers: { "content-length": String(size) } } : {},
          )) as typeof fetch;
        const place = { userId: "sizes", generationId: crypto.randomUUID() };
        const result = await ingestOutput(env.OUTPUTS, upstream, place, 0, "https://skytells.ai/x.png");
        expect(result).toEqual({ ok: true, output: { n: 0, ext: "png", width: 1024, height: 512 } });
        const object = await env.OUTPUTS.get(`outputs/sizes/${place.generationId}/0.png`);
        const stored = new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer());
        expect(stored.byteLength).toBe(size);
        expect(await digest(stored)).toBe(await digest(bytes));
      }
    } finally {
      globalThis.fetch = real;
    }
  });
});

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).join();
}
