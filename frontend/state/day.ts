import type { Limits } from "../../worker/contract.ts";
import { making } from "../text/making.ts";

/** The end of a day comes in sight with this many, or with the last tenth of a large allowance. */
const FEW = 3;
const FEW_SHARE = 0.1;

/** What is left of today, or null where that is enough not to speak of. */
export function dayOf({ used, limit, resetsAt }: Limits["today"]): string | null {
  if (limit === null) return null;
  const left = limit - used;
  // After a smaller plan even less than none.
  if (left <= 0) return making.dayOver(Date.parse(resetsAt));
  return left <= Math.max(FEW, limit * FEW_SHARE) ? making.dayLeft(left, limit) : null;
}
