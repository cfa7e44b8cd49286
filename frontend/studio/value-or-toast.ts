import type { Result } from "../api/result.ts";
import { errors } from "../text/errors.ts";
import type { Toasts } from "./toasts.ts";
import type { SessionState } from "./session/session.ts";

type Dependencies = { toasts: Toasts; session: SessionState };

/** The value; after an error, shows it as a toast and returns undefined. For actions that cannot show an error themselves. */
export function valueOrToast<T>(result: Result<T>, { toasts, session }: Dependencies): T | undefined {
  if (result.ok) return result.value;
  toasts.show(errors.sentence(result.error.code));
  if (result.error.code === "unauthenticated") session.recheck();
  return undefined;
}

/** The same for a response without a value: whether it succeeded. */
export function isDoneOrToast(result: Result<void>, dependencies: Dependencies): boolean {
  return valueOrToast(result.ok ? { ok: true, value: true } : result, dependencies) === true;
}
