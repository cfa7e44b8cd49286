/**
 * One structured line per event. Ids, codes and counts only: never a prompt, an address, a token, or a URL
 * with its query.
 */
import { DrizzleQueryError } from "drizzle-orm/errors";

type Fields = Record<string, string | number | boolean | null | undefined>;

export function log(event: string, fields: Fields = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/** For events that the operator must act on; `console.error` marks them in the platform's logs. */
export function logError(event: string, fields: Fields = {}): void {
  console.error(JSON.stringify({ event, ...fields }));
}

/** The messages of an error and its causes, cut to fit a log line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 300);
  const own = holdsInput(error) ? kindOf(error) : `${kindOf(error)}: ${error.message}`.slice(0, 300);
  return error.cause === undefined ? own : `${own} < ${reasonOf(error.cause)}`;
}

/** The build shortens the names of classes, and jose and openid-client take an error's name from its class. */
function kindOf(error: Error): string {
  if (error instanceof DrizzleQueryError) return "DrizzleQueryError";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** The stack without the message. */
export function stackOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames.join("\n").slice(0, 1000);
}

/** Messages of drizzle and of JSON.parse contain input: prompts, addresses. */
function holdsInput(error: Error): boolean {
  return error instanceof DrizzleQueryError || error instanceof SyntaxError;
}
