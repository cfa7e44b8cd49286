/**
 * Everything that is stored of a user, in parts. A part is a zip file with some images and a JSON document. The list of
 * parts says where each begins, so that images made or deleted meanwhile move no image to another part.
 */
import { encodePart, type PartStart, type Position } from "../api/cursor.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import { authorize, readAs } from "../auth/principal.ts";
import { EXPORT_LIST_PARTS } from "../config/limits.ts";
import { databaseFor } from "../db/client.ts";
import { exportPart, partStarts } from "../db/export.ts";
import type { SessionClaim } from "../db/users.ts";
import { zipImages } from "../images/zip.ts";
import { log, logError, reasonOf } from "../lib/log.ts";
import { planOf } from "../shared/plans.ts";
import { callStudio } from "../studio/client.ts";
import type { Deps } from "./deps.ts";
import { documentOf, filesOf } from "./export-document.ts";
import { recordPending } from "./record-pending.ts";

const noSuchPart = () => refuse("not_found", "There is no such part: the export ends before it.");

/** Path of the API that downloads a part. `start`: where it begins; null is the oldest image. */
export function partPath(part: number, start: Position | null): string {
  const cursor = start ? `&cursor=${encodePart({ part, start })}` : "";
  return `/api/account/export?part=${part}${cursor}`;
}

export type PartList = { starts: (Position | null)[]; next: Position | null };

/** Where the next `EXPORT_LIST_PARTS` parts begin; at least one, also without images. `next`: where the list continues. */
export async function listExportParts(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  start: Position | null,
): Promise<Result<PartList>> {
  const db = databaseFor(env, claim.userId);
  // One more than listed shows whether the list continues.
  const read = await readAs(db, claim, partStarts(db, claim.userId, start, EXPORT_LIST_PARTS + 1));
  if (!read.ok) return read;
  const starts = read.value.value;
  return ok({
    starts: starts.length === 0 ? [null] : starts.slice(0, EXPORT_LIST_PARTS),
    next: starts[EXPORT_LIST_PARTS] ?? null,
  });
}

/** Where a part begins, found by counting from the oldest image: for the first `EXPORT_LIST_PARTS` parts only. */
export async function findExportPart(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  part: number,
): Promise<Result<PartStart>> {
  const db = databaseFor(env, claim.userId);
  if (part > EXPORT_LIST_PARTS) {
    const principal = await authorize(db, claim);
    if (!principal.ok) return principal;
    return refuse("invalid_request", `cursor: needed after part ${EXPORT_LIST_PARTS}.`);
  }
  const read = await readAs(db, claim, partStarts(db, claim.userId, null, part));
  if (!read.ok) return read;
  const start = read.value.value[part - 1];
  return start ? ok({ part, start }) : noSuchPart();
}

/** `open` begins to read the images: its caller must read the stream or cancel it. */
export type ExportFile = { name: string; open: () => Promise<ReadableStream> };

export async function readExportPart(
  { env, origin }: Pick<Deps, "env" | "origin">,
  claim: SessionClaim,
  { part, start }: { part: number; start: Position | null },
): Promise<Result<ExportFile>> {
  const now = new Date();
  const db = databaseFor(env, claim.userId);
  const readPart = () => readAs(db, claim, exportPart(db, claim.userId, start));
  const first = await readPart();
  if (!first.ok) return first;
  const read = (await recordPending({ env }, claim.userId, null)) ? await readPart() : first;
  if (!read.ok) return read;
  const { principal, value: rows } = read.value;
  if (rows.images.length === 0 && part > 1) return noSuchPart();

  const files = filesOf(principal.userId, rows.images);
  const about = {
    exportedAt: now.toISOString(),
    part,
    next: rows.next && `${origin}${partPath(part + 1, rows.next)}`,
  };
  async function open(): Promise<ReadableStream> {
    const plan = planOf(principal.user.plan);
    const fromObject = await callStudio(env, principal.userId, (studio) => studio.exportOf(plan));
    return zipImages(env.OUTPUTS, files, {
      last(missing) {
        log("export_sent", { part, files: files.length - missing.size, missing: missing.size });
        const document = documentOf(about, principal.user, rows, fromObject, missing, origin);
        return {
          name: `export-${part}.json`,
          text: JSON.stringify(document, null, 2),
          modifiedAt: now.getTime(),
        };
      },
      failed: (error) => logError("export_failed", { part, reason: reasonOf(error) }),
    });
  }
  return ok({ name: `image-studio-${about.exportedAt.slice(0, 10)}-part-${part}.zip`, open });
}
