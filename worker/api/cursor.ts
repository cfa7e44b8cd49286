/** Cursors: opaque to the client, a position in a list to the Worker. */
import * as z from "zod";

/** A position in a list of generations. */
export type Position = { createdAt: number; id: string };

const time = z.int().min(0);
const id = z.string().min(1).max(128);
const position = z.tuple([time, id]);
const partStart = z.tuple([time, id, z.int().min(1)]);

/** The position of the gallery's last item. */
export function encodeCursor({ createdAt, id }: Position): string {
  return encode([createdAt, id]);
}

/** Null: not a cursor of this Worker. */
export function decodeCursor(cursor: string): Position | null {
  const [createdAt, id] = decode(position, cursor) ?? [];
  return createdAt === undefined || id === undefined ? null : { createdAt, id };
}

/** Where a part of an export begins, and which part that is. */
export type PartStart = { part: number; start: Position };

export function encodePart({ part, start }: PartStart): string {
  return encode([start.createdAt, start.id, part]);
}

/** Null: not a cursor of this Worker. */
export function decodePart(cursor: string): PartStart | null {
  const [createdAt, id, part] = decode(partStart, cursor) ?? [];
  if (createdAt === undefined || id === undefined || part === undefined) return null;
  return { part, start: { createdAt, id } };
}

function encode(position: (number | string)[]): string {
  return btoa(JSON.stringify(position)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decode<T extends z.ZodType>(schema: T, cursor: string): z.infer<T> | null {
  try {
    return schema.parse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    return null;
  }
}
