/** An export contains all data of its user, and no data of other users. */
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ExportDocument, ExportParts } from "../../worker/api/schemas/export.ts";
import { entriesOf } from "../zip.ts";
import {
  eventually,
  expectProblem,
  generate,
  isIdle,
  newPrompt,
  newUser,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { breakD1 } from "./support/faults.ts";
import { IMAGE_CONTENT, storedImages } from "./support/stored-images.ts";

const PATH = "/api/account/export";

async function listed(user: Visitor, query = ""): Promise<ExportParts> {
  const response = await user.call(`${PATH}${query}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return response.json<ExportParts>();
}

async function download(user: Visitor, url: string) {
  const response = await user.call(url);
  expect(response.status, url).toBe(200);
  const entries = entriesOf(new Uint8Array(await response.arrayBuffer()));
  const files = new Map(entries.map(({ name, bytes }) => [name, bytes]));
  expect(files.size, "no name twice").toBe(entries.length);
  const last = entries.at(-1);
  const document = JSON.parse(new TextDecoder().decode(last?.bytes)) as ExportDocument;
  expect(last?.name).toBe(`export-${document.part}.json`);
  files.delete(`export-${document.part}.json`);
  return { headers: response.headers, files, document, ids: document.generations.map(({ id }) => id) };
}

/** Counts what D1 reads in batches from now on. */
function countRows(): () => number {
  let count = 0;
  const prototype = env.DB.constructor.prototype as D1Database;
  const original = prototype.batch;
  const spy = vi.spyOn(prototype, "batch").mockImplementation(async function (
    this: D1Database,
    statements: D1PreparedStatement[],
  ) {
    const results = await original.call(this, statements);
    for (const { meta } of results) count += meta.rows_read;
    return results as never;
  });
  onTestFinished(() => spy.mockRestore());
  return () => count;
}

/** R2 answers reads as `get` says. */
function watchReads(
  get: (key: string, read: () => Promise<R2ObjectBody | null>) => Promise<R2ObjectBody | null>,
) {
  const prototype = Object.getPrototypeOf(env.OUTPUTS) as R2Bucket;
  const original = prototype.get;
  const spy = vi.spyOn(prototype, "get").mockImplementation(function (this: R2Bucket, key: string) {
    return get(key, () => original.call(this, key)) as never;
  });
  onTestFinished(() => spy.mockRestore());
}

/** Rows of images that failed, the first made at 1, with nothing in R2; oldest first. */
async function oldRows(user: Visitor, count: number): Promise<string[]> {
  await env.DB.prepare(
    `insert into generations (id, user_id, prompt, status, created_at)
     with recursive number(i) as (select 1 union all select i + 1 from number where i < ?2)
     select 'row-' || i || '-' || ?1, ?1, 'p', 'failed', i from number`,
  )
    .bind(user.id, count)
    .run();
  return Array.from({ length: count }, (_, index) => `row-${index + 1}-${user.id}`);
}

describe("an export", () => {
  it("contains the account, every image file, and all data of each", async () => {
    const user = await newUser();
    await env.DB.prepare("insert into identities (issuer, subject, user_id, created_at) values (?, ?, ?, 0)")
      .bind("https://issuer.example", user.id, user.id)
      .run();
    await env.DB.prepare("insert into passkeys values (?, ?, 'a passkey', 'a key', -7, 0, 1, 0, null)")
      .bind(`passkey-${user.id}`, user.id)
      .run();
    const prompt = newPrompt("terminal", "output-many");
    const { id } = await generate(user, prompt, { seed: 7, aspectRatio: "3:2" });
    await reaches(user, id, "succeeded");
    // The object knows the end before D1, and only D1's rows can be shared and exported.
    await eventually(async () => expect(await rowsOf(user)).toMatchObject([{ id, status: "succeeded" }]));
    await user.call(`/api/generations/${id}`, {
      method: "PATCH",
      body: JSON.stringify({ favorite: true }),
      headers: { "content-type": "application/json" },
    });
    const { url } = await (await user.post(`/api/generations/${id}/share`, { showPrompt: true })).json<{
      url: string;
    }>();
    const failed = await generate(user, newPrompt("terminal", "failed"));
    await reaches(user, failed.id, "failed");
    await isIdle(user);
    await eventually(async () =>
      expect(await rowsOf(user)).toMatchObject([{ id }, { id: failed.id, status: "failed" }]),
    );
    const stranger = await newUser();
    await storedImages(stranger, 1);

    const list = await listed(user);
    expect(list).toMatchObject({ parts: [{ part: 1 }], nextCursor: null });
    const { headers, files, document } = await download(user, list.parts[0]?.url ?? "");
    expect(headers.get("content-type")).toBe("application/zip");
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(headers.get("content-disposition")).toMatch(
      /^attachment; filename="image-studio-\d{4}-\d\d-\d\d-part-1\.zip"; filename\*=UTF-8/,
    );
    expect(document).toMatchObject({
      part: 1,
      next: null,
      account: {
        id: user.id,
        email: user.email,
        plan: "free",
        identities: [{ issuer: "https://issuer.example", subject: user.id }],
      },
      limits: { inFlight: 0 },
      unrecorded: [],
    });
    expect(document.passkeys).toEqual([
      {
        id: `passkey-${user.id}`,
        name: "a passkey",
        createdAt: "1970-01-01T00:00:00.000Z",
        lastUsedAt: null,
        synced: true,
      },
    ]);
    expect(document.generations).toMatchObject([
      {
        id,
        prompt,
        model: "truefusion-pro",
        options: { seed: 7, aspectRatio: "3:2" },
        status: "succeeded",
        favorite: true,
        shareUrl: url,
        sharesPrompt: true,
        error: null,
      },
      { id: failed.id, status: "failed", error: { code: "upstream_failed" }, files: [], shareUrl: null },
    ]);
    const [picture] = document.generations;
    expect(picture?.files).toHaveLength(4);
    expect([...files.keys()]).toEqual(picture?.files.map(({ name }) => name));
    for (const [n, { name, missing }] of (picture?.files ?? []).entries()) {
      expect(missing).toBeUndefined();
      const object = await env.OUTPUTS.get(`outputs/${user.id}/${id}/${n}.png`);
      expect(files.get(name)).toEqual(new Uint8Array((await object?.arrayBuffer()) ?? []));
    }
  });

  it("contains the presets, and the collections with the ids of their images in each part", async () => {
    const [user, stranger] = [await newUser(), await newUser()];
    await storedImages(stranger, 1);
    for (const each of [user, stranger]) {
      await each.post("/api/presets", { name: `of ${each.id}`, prompt: "a fox", options: { seed: 3 } });
      await each.post("/api/collections", { name: `empty, of ${each.id}` });
    }
    // Newest first; the first part has the oldest 250.
    const ids = await storedImages(user, 252);
    const response = await user.post("/api/collections", { name: "Foxes" });
    const { collection } = await response.json<{ collection: { id: string } }>();
    const chosen = [ids[0], ids[5], ids[251]];
    await user.post("/api/generations/bulk", { ids: chosen, action: "collect", collection: collection.id });
    const { parts } = await listed(user);
    const [first, second] = await Promise.all(parts.map(({ url }) => download(user, url)));
    for (const part of [first, second]) {
      expect(part?.document.presets).toMatchObject([
        { name: `of ${user.id}`, prompt: "a fox", options: { seed: 3 } },
      ]);
      expect(part?.document.collections).toMatchObject([
        { name: `empty, of ${user.id}`, images: [] },
        { id: collection.id, name: "Foxes" },
      ]);
    }
    expect(new Set(first?.document.collections[1]?.images)).toEqual(new Set([ids[5], ids[251]]));
    expect(second?.document.collections[1]?.images).toEqual([ids[0]]);
  });

  it("without images contains the account", async () => {
    const user = await newUser();
    expect(await listed(user)).toEqual({
      parts: [{ part: 1, from: null, url: `${PATH}?part=1` }],
      nextCursor: null,
    });
    const { files, document } = await download(user, `${PATH}?part=1`);
    expect(files.size).toBe(0);
    expect(document).toMatchObject({ next: null, account: { email: user.email }, generations: [] });
    await expectProblem(await user.call(`${PATH}?part=2`), "not_found");
  });

  it("marks an image whose file is missing, and is complete without it", async () => {
    const user = await newUser();
    const [second, first] = await storedImages(user, 2);
    await env.OUTPUTS.delete(`outputs/${user.id}/${first}/0.png`);
    const { files, document } = await download(user, `${PATH}?part=1`);
    expect(document.generations.map(({ id, files: [file] }) => [id, file?.missing])).toEqual([
      [first, true],
      [second, undefined],
    ]);
    expect([...files.values()].map((bytes) => new TextDecoder().decode(bytes))).toEqual([IMAGE_CONTENT]);
  });

  it("contains generations without a D1 row", async () => {
    const user = await newUser();
    const restore = breakD1((sql) => /^insert/i.test(sql));
    const prompt = newPrompt("stuck");
    const { id } = await generate(user, prompt);
    const { document } = await download(user, `${PATH}?part=1`);
    restore();
    expect(document).toMatchObject({
      unrecorded: [{ id, prompt }],
      generations: [],
      limits: { inFlight: 1 },
    });
    await user.post(`/api/predictions/${id}/cancel`);
    await eventually(async () => expect(await rowsOf(user)).toHaveLength(1));
  });
});

describe("the parts of an export", () => {
  it("have 250 images each, and lose none when others are created or deleted meanwhile", async () => {
    const user = await newUser();
    const made = await oldRows(user, 501);
    const { parts, nextCursor } = await listed(user);
    expect(parts.map(({ part, from }) => [part, Date.parse(from ?? "")])).toEqual([
      [1, 1],
      [2, 251],
      [3, 501],
    ]);
    expect(nextCursor).toBeNull();
    const urls = parts.map(({ url }) => url);
    const first = await download(user, urls[0] ?? "");
    expect(first.ids).toEqual(made.slice(0, 250));
    const byNumber = await download(user, `${PATH}?part=2`);
    expect(byNumber.ids).toEqual(made.slice(250, 500));
    expect(byNumber.document.next).toContain(urls[2]);

    // One of the first part goes, one comes: the second stays where the list says it is.
    await user.call(`/api/generations/${made[3]}`, { method: "DELETE" });
    await env.DB.prepare(
      "insert into generations (id, user_id, prompt, status, created_at) values (?, ?, 'p', 'failed', 600)",
    )
      .bind(`new-${user.id}`, user.id)
      .run();
    expect((await download(user, urls[1] ?? "")).ids).toEqual(made.slice(250, 500));
    const last = await download(user, urls[2] ?? "");
    expect(last.ids).toEqual([made[500], `new-${user.id}`]);
    expect(last.document.next).toBeNull();
    await expectProblem(await user.call(`${PATH}?part=4`), "not_found");
    await env.DB.prepare("delete from generations where user_id = ? and created_at > 500")
      .bind(user.id)
      .run();
    await expectProblem(await user.call(urls[2] ?? ""), "not_found");
  });

  it("are listed twenty at a time, from the index alone", async () => {
    const user = await newUser();
    const made = await oldRows(user, 5251);
    const rows = countRows();
    const first = await listed(user);
    // D1 counts each place three times: read, numbered, picked.
    expect(rows()).toBeLessThanOrEqual(3 * (20 * 250 + 1) + 100);
    expect(first.parts.map(({ part }) => part)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    const rest = await listed(user, `?cursor=${first.nextCursor}`);
    expect(rest.parts.map(({ part, from }) => [part, Date.parse(from ?? "")])).toEqual([
      [21, 5001],
      [22, 5251],
    ]);
    expect(rest.nextCursor).toBeNull();
    const before = rows();
    const { ids } = await download(user, rest.parts[1]?.url ?? "");
    expect(rows() - before, "what the part holds").toBeLessThanOrEqual(2 + 250 + 1);
    expect(ids).toEqual(made.slice(-1));
  });
});

describe("an export is rejected", () => {
  it.each([
    "part=0",
    "part=-1",
    "part=x",
    "part=1.5",
    "part=",
    "part=10000",
    "part=21",
    "part=1&cursor=x",
    "cursor=",
    "of=1",
  ])("with the query ?%s", async (query) => {
    await expectProblem(await (await newUser()).call(`${PATH}?${query}`), "invalid_request");
  });

  it("with the cursor of another part; another user's cursor gives no access", async () => {
    const [user, other] = [await newUser(), await newUser()];
    await oldRows(user, 251);
    const second = (await listed(user)).parts[1]?.url ?? "";
    await expectProblem(await user.call(second.replace("part=2", "part=1")), "invalid_request");
    await expectProblem(await other.call(second), "not_found");
    const own = await oldRows(other, 252);
    const { ids } = await download(other, second);
    expect(ids).toContain(own.at(-1));
    expect(own).toEqual(expect.arrayContaining(ids));
  });

  it("while D1 or R2 is down", async () => {
    const user = await newUser();
    await storedImages(user, 1);
    const restore = breakD1();
    for (const query of ["", "?part=1", "?part=2"]) {
      await expectProblem(await user.call(`${PATH}${query}`), "storage_unavailable");
    }
    restore();
    watchReads(() => Promise.reject(new Error("no response")));
    await expectProblem(await user.call(`${PATH}?part=1`), "storage_unavailable");
  });

  it("midway if R2 fails: the file is aborted, never complete without an image", async () => {
    const user = await newUser();
    await storedImages(user, 3);
    let reads = 0;
    watchReads((_, read) => (++reads === 3 ? Promise.reject(new Error("no response")) : read()));
    const response = await user.call(`${PATH}?part=1`);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });
});

it("an export reads each image once, one at a time, at the speed of the client", async () => {
  const user = await newUser();
  const ids = await storedImages(user, 12);
  const size = 256 * 1024;
  await Promise.all(ids.map((id) => env.OUTPUTS.put(`outputs/${user.id}/${id}/0.png`, new Uint8Array(size))));
  const read: string[] = [];
  watchReads((key, go) => {
    read.push(key);
    return go();
  });
  const response = await user.call(`${PATH}?part=1`);
  const reader = response.body?.getReader();
  if (!reader) throw new Error("no body");
  let taken = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    taken += chunk.value.byteLength;
    expect(read.length, "not ahead by more than what waits in between").toBeLessThanOrEqual(2 + taken / size);
  }
  expect(read).toEqual(ids.toReversed().map((id) => `outputs/${user.id}/${id}/0.png`));
});
