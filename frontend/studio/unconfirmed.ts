import type { Studio } from "./studio.ts";

/** Whether Skytells has not confirmed it: known from this browser's own orders, or because that goes for all of them. */
export function isDoubtful({ orders, session }: Pick<Studio, "orders" | "session">, id: string): boolean {
  const { inFlight = 0, unconfirmed = 0 } = session.limits.value ?? {};
  return (
    (unconfirmed > 0 && unconfirmed === inFlight) || orders.all.value.some(({ pending }) => pending === id)
  );
}
