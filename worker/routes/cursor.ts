/** The list's cursor: opaque to the client, the position of the last item to us. */
import * as z from "zod";
import type { Position } from "../db/gallery.ts";

const position = z.tuple([z.int().min(0), z.string().min(1).max(128)]);

export function encodeCursor({ createdAt, id }: Position): string {
  return btoa(JSON.stringify([createdAt, id]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Null: not a cursor of ours. */
export function decodeCursor(cursor: string): Position | null {
  try {
    const [createdAt, id] = position.parse(
      JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))),
    );
    return { createdAt, id };
  } catch {
    return null;
  }
}
