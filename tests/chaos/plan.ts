/** What a run is made of: its size, its clocks, and how bad things are. */
export type Plan = {
  generations: number;
  seed: number;
  users: number;
  /** At most so many kills of the Worker's process group. */
  kills: number;
  /** Milliseconds the Worker lives before it is killed: least, most. */
  life: readonly [least: number, most: number];
  webhooks: boolean;
  quick: boolean;
};

/** Divides Skytells' believable delays: a picture takes 0.2 to 0.4 s. */
export const SPEED = 20;

/** Seconds. The Worker's clocks, compressed; what is scaled with them is scaled by the Worker itself. */
export type Clocks = {
  CHECK_AFTER_SECONDS: number;
  UNCONFIRMED_SECONDS: number;
  /** Skytells forgets its pictures after as long. */
  OUTPUT_WINDOW_SECONDS: number;
  CREATE_TIMEOUT_SECONDS: number;
  GENERATION_DEADLINE_SECONDS: number;
};

const CLOCKS: Clocks = {
  CHECK_AFTER_SECONDS: 1,
  UNCONFIRMED_SECONDS: 6,
  OUTPUT_WINDOW_SECONDS: 60,
  CREATE_TIMEOUT_SECONDS: 3,
  GENERATION_DEADLINE_SECONDS: 40,
};

/** Only a job that never ends needs its deadline, and a quick run has none. */
const QUICK_CLOCKS: Clocks = { ...CLOCKS, GENERATION_DEADLINE_SECONDS: 30 };

export const clocksOf = (plan: Plan) => (plan.quick ? QUICK_CLOCKS : CLOCKS);

/** A create that a restart cut off is looked for after two timeouts and 10 s (worker/studio/jobs/schedule.ts). */
export const cutOffCreateMs = (clocks: Clocks) => 2000 * clocks.CREATE_TIMEOUT_SECONDS + 10_000;

/**
 * Studio and Skytells both up for so long while a picture could be had, and it must be in R2: 60 s of 300, scaled,
 * once the create is known.
 */
export const enoughToStoreMs = (clocks: Clocks) =>
  cutOffCreateMs(clocks) + (60 / 300) * clocks.OUTPUT_WINDOW_SECONDS * 1000;

/** Both up for so long before the deadline, and what was made must have been found, or seen to end. */
export const enoughToFindMs = (clocks: Clocks) => cutOffCreateMs(clocks) + 5_000;

/** Share of D1 and R2 calls that fail by themselves, and of entries into an object that it does not survive. */
export const FAULT_RATE = 0.03;
export const CRASH_RATE = 0.004;

export const PROMPTS = [
  "A lighthouse in a storm",
  "A fox asleep in the snow",
  "An old library at night",
  "A market in the rain",
  "A paper boat on a lake",
  "A greenhouse on the moon",
  "Two chairs by the sea",
  "A city made of bridges",
  "A violin made of glass",
  "The last train home",
] as const;

/** Chances of Skytells' moods, drawn for each create. */
const MOODS: Record<string, number> = {
  "webhook-lost": 0.12,
  "webhook-doubled": 0.12,
  "webhook-out-of-order": 0.12,
  "webhook-early": 0.04,
  "webhook-unsigned": 0.02,
  "webhook-wrong-key": 0.02,
  // Then a lost answer is found by what was sent, and claimed: the one way to another's picture.
  "webhook-field-absent": 0.1,
  "webhook-bare": 0.05,
  "webhook-sdk": 0.03,
  "answer-lost": 0.05,
  "answer-never": 0.02,
  "answer-slow=1": 0.03,
  "create-500=created": 0.02,
  "create-500": 0.01,
  "create-502": 0.01,
  "create-504=created": 0.01,
  "create-html=created": 0.01,
  "create-unparsable": 0.01,
  "create-503": 0.01,
  "create-429=1": 0.01,
  "create-status-false": 0.02,
  refused: 0.01,
  failed: 0.04,
  nsfw: 0.01,
  slow: 0.05,
  stuck: 0.01,
  terminal: 0.05,
  "status=completed": 0.03,
  "status=running": 0.03,
  "get-429": 0.04,
  "get-500": 0.04,
  "get-502-failed": 0.1,
  "cancel-500": 0.1,
  "cancel-success": 0.1,
  "delete-500": 0.1,
  "output-404-once": 0.03,
  "output-404": 0.01,
  "output-html": 0.01,
  "output-none": 0.005,
  "output-short": 0.01,
  "output-cut": 0.01,
  "output-foreign": 0.005,
  "output-no-length": 0.05,
  "output-many": 0.03,
  "output-string": 0.05,
  "output-objects": 0.05,
  "output-storage-files": 0.05,
  "input-empty": 0.05,
  "model-vendor": 0.05,
  "model-string": 0.05,
  "times=offset": 0.05,
};

/** Moods after which no picture can be stored, and nobody is to blame. */
export const NO_PICTURE = new Set([
  "output-404",
  "output-html",
  "output-none",
  "output-short",
  "output-cut",
  "output-foreign",
]);

/** A quick run does without what is only known to have failed when its time is over. */
export function moodsOf({ quick, webhooks }: Plan): Record<string, number> {
  const endless = new Set([...NO_PICTURE, "stuck"]);
  return {
    ...(quick ? Object.fromEntries(Object.entries(MOODS).filter(([mood]) => !endless.has(mood))) : MOODS),
    ...(!webhooks && { "webhook-lost": 1 }),
  };
}

export const PLANS = { free: 1, pro: 3 } as const;
