import type { Result } from "../api/result.ts";
import { errors } from "../text/errors.ts";
import type { Messages } from "./messages.ts";
import type { SessionState } from "./session/session.ts";

type Dependencies = { messages: Messages; session: SessionState };

/** The value, or undefined after a message that says what failed: for actions without a place of their own to say it. */
export function valueOrMessage<T>(result: Result<T>, { messages, session }: Dependencies): T | undefined {
  if (result.ok) return result.value;
  messages.show(errors.sentence(result.error.code));
  if (result.error.code === "unauthenticated") session.recheck();
  return undefined;
}

/** The same for an answer without a value: whether it succeeded. */
export function isDoneOrMessage(result: Result<void>, dependencies: Dependencies): boolean {
  return valueOrMessage(result.ok ? { ok: true, value: true } : result, dependencies) === true;
}
