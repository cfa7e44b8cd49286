/**
 * One structured line per event. Ids, codes and counts only: never a prompt, an address, a token, or a URL
 * with its query.
 */
import { DrizzleQueryError } from "drizzle-orm/errors";

type Fields = Record<string, string | number | boolean | null | undefined>;

export function log(event: string, fields: Fields = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/** For what the operator has to act on; `console.error` makes it stand out in the platform's logs. */
export function logError(event: string, fields: Fields = {}): void {
  console.error(JSON.stringify({ event, ...fields }));
}

/** An error's own words and those of what caused it, short enough for a log line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 300);
  const own = holdsInput(error) ? error.constructor.name : `${error.name}: ${error.message}`.slice(0, 300);
  return error.cause === undefined ? own : `${own} < ${reasonOf(error.cause)}`;
}

/** Where an error came up, without its message. */
export function stackOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames.join("\n").slice(0, 1000);
}

/** Drizzle's message lists the values bound to the statement, a parser's quotes the text: prompts, addresses. */
function holdsInput(error: Error): boolean {
  return error instanceof DrizzleQueryError || error instanceof SyntaxError;
}
