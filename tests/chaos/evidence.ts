/** Reads the facts from outside the code under test: the simulator's ledger, D1's file and R2's files. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { CreateEntry, OutputEntry } from "../../simulator/ledger.ts";
import type { Status } from "../../simulator/predictions.ts";
import type { ReferenceEntry } from "../../simulator/reference.ts";
import type { Studio } from "./studio.ts";

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

/** The prediction's final state at Skytells. Null: it was deleted there. */
export type Upstream = { status: Status; completedAt: number | null } | null;

/** A create that made a prediction. `userId` and `jobId` come from the address of its webhook. */
export type Created = CreateEntry & { id: string; userId: string; jobId: string; upstream: Upstream };

export type Evidence = {
  created: Created[];
  /** All creates, also those that made no prediction. */
  creates: CreateEntry[];
  outputs: Record<string, OutputEntry>;
  inFlight: Record<string, number>;
  maxInFlight: Record<string, number>;
  webhooks: number;
  rows: Map<string, Row>;
  objects: StoredObject[];
  /** Files of uploads in R2. */
  uploads: { key: string; userId: string; sha256: string }[];
  /** Requests for reference images. */
  references: ReferenceEntry[];
};

const CONCURRENT_READS = 16;

/** Miniflare's database file has a hash as its name. */
export function openDatabase(directory: string): DatabaseSync {
  const file = readdirSync(directory).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  if (file === undefined) throw new Error(`No database in ${directory}`);
  return new DatabaseSync(join(directory, file));
}

export const d1Directory = (state: string) => join(state, "v3/d1/miniflare-D1DatabaseObject");

/** Reads D1's file. The Worker must not run. */
export function readRows(state: string): Map<string, Row> {
  const db = openDatabase(d1Directory(state));
  const rows = db
    .prepare(
      `select id, user_id as userId, status, error, outputs, created_at as createdAt, completed_at as completedAt
       from generations`,
    )
    .all() as unknown as Row[];
  db.close();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Reads R2's files. The Worker must not run. */
export function readObjects(state: string): Pick<Evidence, "objects" | "uploads"> {
  const directory = join(state, "v3/r2/miniflare-R2BucketObject");
  if (!existsSync(directory)) return { objects: [], uploads: [] };
  const db = openDatabase(directory);
  const objects = db.prepare("select key, blob_id as blob from _mf_objects").all() as unknown as {
    key: string;
    blob: string;
  }[];
  db.close();
  const stored = objects.map(({ key, blob }) => {
    const [kind, userId = "", id = ""] = key.split("/");
    const bytes = readFileSync(join(state, "v3/r2/image-studio-outputs/blobs", blob));
    return {
      key,
      userId,
      id,
      isUpload: kind === "uploads",
      isThumbnail: kind === "thumbs",
      sha256: createHash("sha256").update(bytes).digest("hex"),
    };
  });
  return {
    objects: stored.filter(({ isUpload }) => !isUpload),
    uploads: stored.filter(({ isUpload }) => isUpload),
  };
}

type LedgerReport = {
  creates: CreateEntry[];
  outputs: Record<string, OutputEntry>;
  references: ReferenceEntry[];
  webhooks: unknown[];
  inFlightBy: Record<string, number>;
  maxInFlightBy: Record<string, number>;
};

async function readUpstream({ simulator }: Studio, id: string): Promise<Upstream> {
  const response = await fetch(`${simulator.adminUrl}/predictions/${id}`);
  if (response.status === 404) return null;
  const { canonicalStatus, completed_at } = (await response.json()) as {
    canonicalStatus: Status;
    completed_at: string | null;
  };
  return { status: canonicalStatus, completedAt: completed_at ? Date.parse(completed_at) : null };
}

export async function readLedger(studio: Studio): Promise<Omit<Evidence, "rows" | "objects" | "uploads">> {
  const report = await studio.admin<LedgerReport>("GET", "/ledger");
  const withId = report.creates.filter((entry) => entry.id !== null);
  const created: Created[] = [];
  for (let index = 0; index < withId.length; index += CONCURRENT_READS) {
    const part = withId.slice(index, index + CONCURRENT_READS);
    created.push(
      ...(await Promise.all(
        part.map(async (entry) => {
          const webhook = new URL(entry.webhookUrl ?? "http://none.invalid");
          const id = entry.id as string;
          return {
            ...entry,
            id,
            userId: webhook.searchParams.get("user") ?? "",
            jobId: webhook.searchParams.get("job") ?? "",
            upstream: await readUpstream(studio, id),
          };
        }),
      )),
    );
  }
  return {
    created,
    creates: report.creates,
    outputs: report.outputs,
    references: report.references,
    inFlight: report.inFlightBy,
    maxInFlight: report.maxInFlightBy,
    webhooks: report.webhooks.length,
  };
}
