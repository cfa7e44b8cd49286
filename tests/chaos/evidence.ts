/** What is so, asked of everybody but the code under test: the simulator's ledger, D1's file, R2's file. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { CreateEntry, OutputEntry } from "../../simulator/ledger.ts";
import type { Status } from "../../simulator/predictions.ts";
import type { Stage } from "./stage.ts";

export type Row = {
  id: string;
  userId: string;
  status: string;
  error: string | null;
  outputs: string;
  createdAt: number;
  completedAt: number | null;
};

export type StoredObject = { key: string; userId: string; id: string; isThumbnail: boolean; sha256: string };

/** A prediction as Skytells knows it in the end; null: it was deleted there. */
export type Upstream = { status: Status; completedAt: number | null } | null;

export type Made = CreateEntry & { id: string; userId: string; jobId: string; upstream: Upstream };

export type Evidence = {
  made: Made[];
  /** Creates that made nothing are in here too. */
  creates: CreateEntry[];
  outputs: Record<string, OutputEntry>;
  inFlight: Record<string, number>;
  maxInFlight: Record<string, number>;
  webhooks: number;
  rows: Map<string, Row>;
  objects: StoredObject[];
};

const ASKED_AT_ONCE = 16;

function databaseIn(directory: string): DatabaseSync {
  const file = readdirSync(directory).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  if (file === undefined) throw new Error(`No database in ${directory}`);
  return new DatabaseSync(join(directory, file));
}

/** The record, from its file; the Worker must be down. */
export function readRows(state: string): Map<string, Row> {
  const db = databaseIn(join(state, "v3/d1/miniflare-D1DatabaseObject"));
  const rows = db
    .prepare(
      `select id, user_id as userId, status, error, outputs, created_at as createdAt, completed_at as completedAt
       from generations`,
    )
    .all() as unknown as Row[];
  db.close();
  return new Map(rows.map((row) => [row.id, row]));
}

/** The bucket, from its file and its blobs; the Worker must be down. */
export function readObjects(state: string): StoredObject[] {
  const directory = join(state, "v3/r2/miniflare-R2BucketObject");
  if (!existsSync(directory)) return [];
  const db = databaseIn(directory);
  const found = db.prepare("select key, blob_id as blob from _mf_objects").all() as unknown as {
    key: string;
    blob: string;
  }[];
  db.close();
  return found.map(({ key, blob }) => {
    const [kind, userId = "", id = ""] = key.split("/");
    const bytes = readFileSync(join(state, "v3/r2/image-studio-outputs/blobs", blob));
    return {
      key,
      userId,
      id,
      isThumbnail: kind === "thumbs",
      sha256: createHash("sha256").update(bytes).digest("hex"),
    };
  });
}

type LedgerReport = {
  creates: CreateEntry[];
  outputs: Record<string, OutputEntry>;
  webhooks: unknown[];
  inFlightBy: Record<string, number>;
  maxInFlightBy: Record<string, number>;
};

async function upstreamOf({ simulator }: Stage, id: string): Promise<Upstream> {
  const response = await fetch(`${simulator.adminUrl}/predictions/${id}`);
  if (response.status === 404) return null;
  const { canonicalStatus, completed_at } = (await response.json()) as {
    canonicalStatus: Status;
    completed_at: string | null;
  };
  return { status: canonicalStatus, completedAt: completed_at ? Date.parse(completed_at) : null };
}

export async function askLedger(stage: Stage): Promise<Omit<Evidence, "rows" | "objects">> {
  const report = await stage.admin<LedgerReport>("GET", "/ledger");
  const created = report.creates.filter((entry) => entry.id !== null);
  const made: Made[] = [];
  for (let at = 0; at < created.length; at += ASKED_AT_ONCE) {
    const part = created.slice(at, at + ASKED_AT_ONCE);
    made.push(
      ...(await Promise.all(
        part.map(async (entry) => {
          const address = new URL(entry.webhookUrl ?? "http://nowhere.invalid");
          const id = entry.id as string;
          return {
            ...entry,
            id,
            userId: address.searchParams.get("user") ?? "",
            jobId: address.searchParams.get("job") ?? "",
            upstream: await upstreamOf(stage, id),
          };
        }),
      )),
    );
  }
  return {
    made,
    creates: report.creates,
    outputs: report.outputs,
    inFlight: report.inFlightBy,
    maxInFlight: report.maxInFlightBy,
    webhooks: report.webhooks.length,
  };
}
