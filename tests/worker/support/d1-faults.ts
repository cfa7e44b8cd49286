/** Faults of D1, and the expected response of each request. One row per fault. */
import type { ProblemCode } from "../../../worker/shared/error-codes.ts";
import { faultD1 } from "./faults.ts";

export type D1Operation =
  | "list"
  | "session"
  | "favorite"
  | "share"
  | "generate"
  | "cancel"
  | "read"
  | "sign in";
type Expected = 200 | 202 | 204 | ProblemCode;

export type D1Row = {
  fault: string;
  begin: () => () => void;
  responses: Record<D1Operation, Expected>;
};

const isWrite = (sql: string) => /\b(?:insert|update|delete)\b/i.test(sql);
const lost = () => new Error("D1_ERROR: Network connection lost.");

/** Each statement fails so often before it succeeds. */
function failing(times: number, fault: () => Error | "lost", fails: (sql: string) => boolean = isWrite) {
  const seen = new Map<string, number>();
  return faultD1((sql) => {
    const count = seen.get(sql) ?? 0;
    seen.set(sql, count + 1);
    return fails(sql) && count < times ? fault() : null;
  });
}

const working: D1Row["responses"] = {
  list: 200,
  session: 200,
  favorite: 200,
  share: 200,
  generate: 202,
  cancel: 200,
  read: 200,
  "sign in": 204,
};

const out: D1Row["responses"] = {
  ...working,
  list: "storage_unavailable",
  session: "storage_unavailable",
  favorite: "storage_unavailable",
  share: "storage_unavailable",
  generate: "storage_unavailable",
  "sign in": "storage_unavailable",
};

/** Reads and what the object writes later work; a write that the request waits for does not. */
const readOnly: D1Row["responses"] = {
  ...working,
  favorite: "storage_unavailable",
  share: "storage_unavailable",
  "sign in": "storage_unavailable",
};

export const D1_FAULTS: readonly D1Row[] = [
  { fault: "never answers", begin: () => faultD1(() => "hang"), responses: out },
  { fault: "fails every statement", begin: () => faultD1(lost), responses: out },
  { fault: "fails each write once", begin: () => failing(1, lost), responses: working },
  { fault: "fails each write twice", begin: () => failing(2, lost), responses: working },
  { fault: "fails each write three times", begin: () => failing(3, lost), responses: readOnly },
  {
    fault: "applies each write once without answering",
    begin: () => failing(1, () => "lost"),
    responses: working,
  },
  {
    fault: "reads but is full",
    begin: () =>
      failing(Number.POSITIVE_INFINITY, () => new Error("D1_ERROR: database or disk is full: SQLITE_FULL")),
    responses: readOnly,
  },
  {
    fault: "reads but lacks a column that is written",
    begin: () =>
      failing(
        Number.POSITIVE_INFINITY,
        () => new Error("D1_ERROR: table generations has no column named x: SQLITE_ERROR"),
      ),
    responses: { ...working, favorite: "internal", share: "internal", "sign in": "internal" },
  },
];
