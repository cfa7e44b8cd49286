/** The export of an account: the list of its parts, and each part as a zip file. */
import { decodePart, encodePart } from "../../api/cursor.ts";
import { problemResponse } from "../../api/problem.ts";
import type { ExportParts } from "../../api/schemas/export.ts";
import { exportQuery } from "../../api/schemas/requests/export.ts";
import { EXPORT_LIST_PARTS } from "../../config/limits.ts";
import { findExportPart, listExportParts, partPath, readExportPart } from "../../use-cases/export.ts";
import { contentDisposition } from "../../shared/file-name.ts";
import { depsOf } from "../deps.ts";
import { query } from "../middleware/body.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { limitedByUser } from "../middleware/rate-limit.ts";
import { withSession } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

export const accountExport = newApp().get(
  "/",
  sameOrigin,
  withSession,
  query(exportQuery),
  limitedByUser,
  async (c) => {
    const { caller } = c.var;
    const deps = depsOf(c);
    const { part, cursor } = c.req.valid("query");
    const from = cursor === undefined ? null : decodePart(cursor);
    if (cursor !== undefined && (!from || (part ?? from.part) !== from.part)) {
      return problemResponse({ code: "invalid_request", detail: "cursor: not one of this export." });
    }

    if (part === undefined) {
      const first = from?.part ?? 1;
      const listed = await listExportParts(deps, caller, from?.start ?? null);
      if (!listed.ok) return problemResponse(listed.refusal);
      const { starts, next } = listed.value;
      const parts = starts.map((start, index) => ({
        part: first + index,
        from: start && new Date(start.createdAt).toISOString(),
        url: partPath(first + index, start),
      }));
      const nextCursor = next && encodePart({ part: first + EXPORT_LIST_PARTS, start: next });
      return c.json({ parts, nextCursor } satisfies ExportParts, 200);
    }

    const begin = from ?? (part === 1 ? { part, start: null } : null);
    const found = begin ? { ok: true as const, value: begin } : await findExportPart(deps, caller, part);
    if (!found.ok) return problemResponse(found.refusal);
    const file = await readExportPart(deps, caller, found.value);
    if (!file.ok) return problemResponse(file.refusal);
    const headers = {
      "content-type": "application/zip",
      "content-disposition": contentDisposition("attachment", file.value.name),
      "cache-control": "private, no-store",
    };
    // The response to HEAD has no body, and an opened one would never be closed.
    return new Response(c.req.method === "HEAD" ? null : await file.value.open(), { headers });
  },
);
