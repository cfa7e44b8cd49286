/**
 * `npm run repair -- --local [--persist-to DIR] | --remote [--name NAME | --env NAME] [--mend]`: what D1 and R2 should agree on and do not.
 *
 * Finds objects without a finished picture's row, succeeded rows without their objects, and generations without end;
 * with `--mend` it deletes the first, fails the others with a reason that users understand. What is left of an account
 * whose deletion did not end is deleted too; its own object, which cannot be reached from here, does the rest when an
 * operator asks for the deletion again. Nothing here is needed
 * while the studio keeps its promises (docs/reliability.md); it is for what no promise covers: a restored backup, a
 * deleted bucket, an object that was lost. Talks to the bindings in wrangler.toml through wrangler, so there is no
 * door to this in the Worker.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { D1Database, R2Bucket, R2Objects } from "@cloudflare/workers-types";
import { experimental_readRawConfig as readRawConfig, getPlatformProxy } from "wrangler";
import { failureOf } from "../worker/api/generation.ts";
import type { FailureCode } from "../worker/shared/catalog.ts";
import { userPrefixes } from "../worker/images/keys.ts";
import { root } from "./run.ts";
import { studioConfig } from "./studio-config.ts";

type Env = { DB: D1Database; OUTPUTS: R2Bucket };
type Output = { n: number; ext: string };
type Row = { id: string; user_id: string; status: string; outputs: string; created_at: number };
type User = { id: string; deleted_at: number | null };
type Finding =
  | { kind: "object without row"; key: string; id: string; uploaded: number }
  | { kind: "row without object"; row: Row; left: Output[] }
  | { kind: "without end"; row: Row }
  | { kind: "account not gone"; userId: string };

const ROWS_A_PAGE = 1_000;

const { values } = parseArgs({
  options: {
    local: { type: "boolean", default: false },
    remote: { type: "boolean", default: false },
    "persist-to": { type: "string", default: join(root, ".wrangler/state") },
    mend: { type: "boolean", default: false },
    /** The studio, as for `npm run deploy`. */
    name: { type: "string" },
    env: { type: "string" },
    /** An ingest under way has an object before its row says so; nothing younger is touched. */
    "older-than": { type: "string", default: "3600" },
    /** As the Worker's setting; 300 s later no generation can be under way. */
    deadline: { type: "string", default: "900" },
  },
});
if (values.local === values.remote) fail("Say which: --local or --remote.");
if (values.local && (values.name ?? values.env) !== undefined) fail("--name and --env need --remote.");
const now = Date.now();
const settledBefore = now - milliseconds("older-than");
/** A job that has a row to write tries for as long as it is kept, a day at least. */
const writtenBefore = now - 24 * 60 * 60 * 1000;
const endedBefore = now - milliseconds("deadline") - 300_000;

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function milliseconds(name: "older-than" | "deadline"): number {
  const seconds = Number(values[name]);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : fail(`--${name} takes seconds.`);
}

/** Connects to the bindings of D1 and R2 only: no Worker, no objects, no secrets. */
async function connect(): Promise<{ env: Env; dispose: () => Promise<void> }> {
  const { rawConfig } = readRawConfig({ config: join(root, "wrangler.toml") });
  const { name, env: section } = values;
  const choice = {
    ...(name !== undefined && { name }),
    ...(section !== undefined && { env: section }),
    rest: [],
  };
  const studio = studioConfig(rawConfig, choice, root);
  if ("error" in studio) fail(studio.error);
  const config = studio.value;
  const directory = mkdtempSync(join(tmpdir(), "studio-repair-"));
  const configPath = join(directory, "wrangler.json");
  const remote = values.remote ? { remote: true } : {};
  writeFileSync(
    configPath,
    JSON.stringify({
      name: "repair",
      compatibility_date: config.compatibility_date,
      d1_databases: (config.d1_databases ?? [])
        .filter(({ binding }) => binding === "DB")
        .map((database) => ({ ...database, ...remote })),
      r2_buckets: (config.r2_buckets ?? [])
        .filter(({ binding }) => binding === "OUTPUTS")
        .map((bucket) => ({ ...bucket, ...remote })),
    }),
  );
  const proxy = await getPlatformProxy<Env>({
    configPath,
    persist: { path: join(values["persist-to"], "v3") },
    remoteBindings: values.remote,
  });
  return {
    env: proxy.env,
    async dispose() {
      await proxy.dispose();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const ROWS = "select id, user_id, status, outputs, created_at from generations";
const USERS = "select id, deleted_at from users";

async function all<T extends { id: string }>({ DB }: Env, select: string): Promise<Map<string, T>> {
  const rows = new Map<string, T>();
  for (let last = ""; ; ) {
    const { results } = await DB.prepare(`${select} where id > ? order by id limit ?`)
      .bind(last, ROWS_A_PAGE)
      .all<T>();
    for (const row of results) rows.set(row.id, row);
    if (results.length < ROWS_A_PAGE) return rows;
    last = results.at(-1)?.id ?? "";
  }
}

async function allObjects({ OUTPUTS }: Env, prefix = ""): Promise<{ key: string; uploaded: number }[]> {
  const objects: { key: string; uploaded: number }[] = [];
  let cursor: string | undefined;
  do {
    const page: R2Objects = await OUTPUTS.list({ prefix, ...(cursor !== undefined && { cursor }) });
    objects.push(...page.objects.map(({ key, uploaded }) => ({ key, uploaded: uploaded.getTime() })));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return objects;
}

async function find(env: Env): Promise<Finding[]> {
  // Objects first: a picture stored in between then has its row by the time the rows are read.
  const objects = await allObjects(env);
  const rows = await all<Row>(env, ROWS);
  // And users last: whose row was read is there, or has gone in between.
  const users = await all<User>(env, USERS);
  const isClosing = (userId: string) => (users.get(userId)?.deleted_at ?? null) !== null;
  const keys = new Set(objects.map(({ key }) => key));
  const findings: Finding[] = [...users.values()]
    .filter(({ deleted_at }) => deleted_at !== null && deleted_at < settledBefore)
    .map(({ id }) => ({ kind: "account not gone", userId: id }));
  for (const { key, uploaded } of objects) {
    const [, userId = "", id = ""] = key.split("/");
    const row = rows.get(id);
    // Whatever is out of step while an account is being deleted goes with it.
    if (isClosing(userId)) continue;
    if (uploaded < settledBefore && (row?.user_id !== userId || row.status !== "succeeded"))
      findings.push({ kind: "object without row", key, id, uploaded });
  }
  for (const row of rows.values()) {
    if (isClosing(row.user_id)) continue;
    if ((row.status === "queued" || row.status === "processing") && row.created_at < endedBefore)
      findings.push({ kind: "without end", row });
    if (row.status !== "succeeded" || row.created_at >= settledBefore) continue;
    const outputs = JSON.parse(row.outputs) as Output[];
    const left = outputs.filter(({ n, ext }) => keys.has(`outputs/${row.user_id}/${row.id}/${n}.${ext}`));
    if (left.length === 0 || left.length < outputs.length)
      findings.push({ kind: "row without object", row, left });
  }
  return findings;
}

/** Each write says what it found, so that it changes nothing that has changed since. False: it has to wait. */
async function mend({ DB, OUTPUTS }: Env, finding: Finding): Promise<boolean> {
  if (finding.kind === "object without row") {
    const row = await DB.prepare("select status from generations where id = ?")
      .bind(finding.id)
      .first<{ status: string }>();
    // After an outage of D1 the object is there before its row says so, and it may be the only copy.
    const isFinal = row?.status === "failed" || row?.status === "canceled";
    if (row?.status === "succeeded" || (!isFinal && finding.uploaded > writtenBefore)) return false;
    await OUTPUTS.delete(finding.key);
    return true;
  }
  if (finding.kind === "account not gone") {
    for (const prefix of userPrefixes(finding.userId)) {
      for (const { key } of await allObjects({ DB, OUTPUTS }, prefix)) await OUTPUTS.delete(key);
    }
    // The user's row stays, without an address, until the object is done: by it the deletion can be asked for again.
    const its = "(select id from users where id = ? and deleted_at is not null)";
    await DB.batch([
      DB.prepare(`delete from identities where user_id in ${its}`).bind(finding.userId),
      DB.prepare(`delete from generations where user_id in ${its}`).bind(finding.userId),
    ]);
    return true;
  }
  const { row } = finding;
  const end = (code: FailureCode) =>
    DB.prepare(
      `update generations set status = 'failed', error = ?, output_url = null, outputs = '[]', completed_at = ?
       where id = ? and status = ? and outputs = ?`,
    ).bind(JSON.stringify(failureOf(code)), now, row.id, row.status, row.outputs);
  if (finding.kind === "without end") await end("timed_out").run();
  else if (finding.left.length === 0) await end("output_lost").run();
  else {
    await DB.prepare("update generations set outputs = ? where id = ? and outputs = ?")
      .bind(JSON.stringify(finding.left), row.id, row.outputs)
      .run();
  }
  return true;
}

function subjectOf(finding: Finding): string {
  switch (finding.kind) {
    case "object without row":
      return finding.key;
    case "account not gone":
      return `${finding.userId} (npm run admin -- delete-user ${finding.userId} --yes ends it)`;
    default:
      return finding.row.id;
  }
}

const { env, dispose } = await connect();
try {
  const findings = await find(env);
  let left = 0;
  for (const finding of findings) {
    const isMended = values.mend && (await mend(env, finding));
    if (!isMended) left += 1;
    const note = values.mend && !isMended ? " (left: its row may come yet)" : "";
    console.log(`${finding.kind}: ${subjectOf(finding)}${note}`);
  }
  const mended = findings.length - left;
  if (findings.length === 0) console.log("Nothing to mend.");
  else console.log(values.mend ? `${mended} mended, ${left} left.` : `${left} found.`);
  process.exitCode = left > 0 ? 1 : 0;
} finally {
  await dispose();
}
