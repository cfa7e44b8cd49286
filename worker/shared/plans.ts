/** The plans, and what they allow. */

export type Plan = "free" | "pro";

/** `concurrent`: slots, which limit the generations in progress at Skytells. */
export const PLANS: Readonly<Record<Plan, { label: string; concurrent: number }>> = {
  free: { label: "Free", concurrent: 1 },
  pro: { label: "Pro", concurrent: 3 },
};

/** The plan with this stored name; an unknown name is `free`. */
export function planOf(name: string): Plan {
  return name === "pro" ? "pro" : "free";
}

/**
 * Failed generations per day that do not count against the allowance. Limited, so that a user cannot try what the content
 * policy lets pass without using it up.
 */
export const MAX_UNCOUNTED_FAILURES_PER_DAY = 10;
