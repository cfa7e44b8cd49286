/**
 * Everything that is kept of a user, in parts. A part is a zip file of some pictures and a JSON document. The list of
 * parts says where each begins: with that, what is made or deleted meanwhile moves nothing from one to another.
 */
import { type Context, Hono } from "hono";
import { planOf } from "../../shared/plans.ts";
import { type ExportParts, exportQuery } from "../../api/schemas.ts";
import { databaseFor } from "../../db/client.ts";
import { partStarts, readPart } from "../../db/export.ts";
import type { Position } from "../../db/gallery.ts";
import { refusalOf } from "../../db/users.ts";
import { EXPORT_LIST_PARTS } from "../../config/limits.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { query } from "../middleware/body.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { signedIn } from "../middleware/session.ts";
import { zipPictures } from "../../images/zip.ts";
import { problemResponse, type Refusal } from "../../api/problem.ts";
import { decodePart, encodePart } from "./cursor.ts";
import { documentOf, filesOf } from "./export-document.ts";
import { callStudio } from "../../studio/client.ts";

export const accountExport = new Hono<AppEnv>().get(
  "/",
  sameOrigin,
  signedIn,
  query(exportQuery),
  async (c) => {
    const { part, cursor } = c.req.valid("query");
    const from = cursor === undefined ? null : decodePart(cursor);
    if (cursor !== undefined && (!from || (part ?? from.part) !== from.part)) {
      return problemResponse({ code: "invalid_request", detail: "cursor: not one of this export." });
    }
    if (part === undefined) return listParts(c, from?.part ?? 1, from?.start ?? null);
    if (from || part === 1) return sendPart(c, part, from?.start ?? null);
    // By its number alone: the pictures before it are counted off.
    const { userId } = c.var.session;
    const { user, starts } = await partStarts(databaseFor(c.env, userId), userId, null, part);
    const refusal = refusalOf(user, c.var.session);
    if (refusal) return problemResponse(refusal);
    const start = starts[part - 1];
    return start ? sendPart(c, part, start) : problemResponse(NO_SUCH_PART);
  },
);

const NO_SUCH_PART: Refusal = {
  code: "not_found",
  detail: "There is no such part: the export ends before it.",
};

function pathOf(part: number, start: Position | null): string {
  const cursor = start ? `&cursor=${encodePart({ part, start })}` : "";
  return `/api/account/export?part=${part}${cursor}`;
}

async function listParts(c: Context<AppEnv>, first: number, start: Position | null): Promise<Response> {
  // One more than is listed tells whether there are others.
  const count = EXPORT_LIST_PARTS + 1;
  const { userId } = c.var.session;
  const { user, starts } = await partStarts(databaseFor(c.env, userId), userId, start, count);
  const refusal = refusalOf(user, c.var.session);
  if (refusal) return problemResponse(refusal);
  // Who has no pictures still has an account.
  const listed = starts.length === 0 ? [null] : starts.slice(0, EXPORT_LIST_PARTS);
  const next = starts[EXPORT_LIST_PARTS];
  const list: ExportParts = {
    parts: listed.map((begin, index) => ({
      part: first + index,
      from: begin && new Date(begin.createdAt).toISOString(),
      url: pathOf(first + index, begin),
    })),
    nextCursor: next ? encodePart({ part: first + EXPORT_LIST_PARTS, start: next }) : null,
  };
  return c.json(list, 200);
}

async function sendPart(c: Context<AppEnv>, part: number, start: Position | null): Promise<Response> {
  const { userId } = c.var.session;
  const now = new Date();
  const read = await readPart(databaseFor(c.env, userId), userId, start);
  const { user, pictures, next } = read;
  const refusal = refusalOf(user, c.var.session);
  if (refusal) return problemResponse(refusal);
  if (!user || (pictures.length === 0 && part > 1)) return problemResponse(NO_SUCH_PART);

  const day = now.toISOString().slice(0, 10);
  const headers = {
    "content-type": "application/zip",
    "content-disposition": `attachment; filename="image-studio-${day}-part-${part}.zip"`,
    "cache-control": "private, no-store",
  };
  // Nobody would read, and so nobody would close, what it begins with.
  if (c.req.method === "HEAD") return new Response(null, { headers });

  const held = await callStudio(c.env, userId, (studio) => studio.exportOf(planOf(user.plan)));
  const origin = originOf(c);
  const about = {
    exportedAt: now.toISOString(),
    part,
    next: next && `${origin}${pathOf(part + 1, next)}`,
  };
  const files = filesOf(userId, pictures);
  const zip = await zipPictures(c.env.OUTPUTS, files, {
    last(missing) {
      log("export_sent", { part, files: files.length - missing.size, missing: missing.size });
      const document = documentOf(about, user, read, held, missing, origin);
      return {
        name: `export-${part}.json`,
        text: JSON.stringify(document, null, 2),
        modifiedAt: now.getTime(),
      };
    },
    failed: (error) => logError("export_failed", { part, reason: reasonOf(error) }),
  });
  return new Response(zip, { headers });
}
