import type { Result } from "../api/result.ts";
import { errors } from "../text/errors.ts";
import type { Messages } from "./messages.ts";
import type { SessionState } from "./session/session.ts";

type Dependencies = { messages: Messages; session: SessionState };

/** The value; after an error, shows it as a message and returns undefined. For actions that cannot show an error themselves. */
export function valueOrMessage<T>(result: Result<T>, { messages, session }: Dependencies): T | undefined {
  if (result.ok) return result.value;
  messages.show(errors.sentence(result.error.code));
  if (result.error.code === "unauthenticated") session.recheck();
  return undefined;
}

/** The same for a response without a value: whether it succeeded. */
export function isDoneOrMessage(result: Result<void>, dependencies: Dependencies): boolean {
  return valueOrMessage(result.ok ? { ok: true, value: true } : result, dependencies) === true;
}
