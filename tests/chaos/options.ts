/** The size of a run, its clocks, and the probabilities of its faults. */
export type RunOptions = {
  generations: number;
  seed: number;
  users: number;
  /** How often the Worker's process group is killed at most. */
  maxKills: number;
  /** Milliseconds from a start of the Worker to its kill. */
  uptimeMs: readonly [min: number, max: number];
  webhooks: boolean;
  quick: boolean;
};

/** Divides the simulator's durations: an image takes 0.2 to 0.4 s. */
export const SPEED = 20;

/** Settings of the Worker, in seconds, shorter than the defaults. */
export type Clocks = {
  CHECK_AFTER_SECONDS: number;
  UNCONFIRMED_SECONDS: number;
  /** The simulator deletes its images after the same time. */
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

/** A quick run has no predictions that end only at the deadline. */
const QUICK_CLOCKS: Clocks = { ...CLOCKS, GENERATION_DEADLINE_SECONDS: 30 };

export const clocksOf = (options: RunOptions) => (options.quick ? QUICK_CLOCKS : CLOCKS);

/** The Worker looks for a create that a restart interrupted after two timeouts and 10 s (worker/studio/jobs/schedule.ts). */
export const interruptedCreateMs = (clocks: Clocks) => 2000 * clocks.CREATE_TIMEOUT_SECONDS + 10_000;

/**
 * If the Worker and the simulator are both up for this long while an image is available, it must be stored: once the
 * create is known, 60 s of 300, scaled.
 */
export const storeTimeMs = (clocks: Clocks) =>
  interruptedCreateMs(clocks) + (60 / 300) * clocks.OUTPUT_WINDOW_SECONDS * 1000;

/** If both are up for this long before the deadline, the Worker must have found a prediction, or seen its end. */
export const findTimeMs = (clocks: Clocks) => interruptedCreateMs(clocks) + 5_000;

/** The probability that a D1 or R2 call fails, and that a call into an object ends the object. */
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

/** Drawn for each create. */
const MOOD_PROBABILITIES: Record<string, number> = {
  "webhook-lost": 0.12,
  "webhook-doubled": 0.12,
  "webhook-out-of-order": 0.12,
  "webhook-early": 0.04,
  "webhook-unsigned": 0.02,
  "webhook-wrong-key": 0.02,
  // After a lost response the Worker can match the prediction only by its input: the risk of another user's image.
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
  "output-fewer": 0.02,
  "output-broken": 0.01,
  "output-string": 0.05,
  "output-objects": 0.05,
  "output-storage-files": 0.05,
  "input-empty": 0.05,
  "model-vendor": 0.05,
  "model-string": 0.05,
  "times=offset": 0.05,
};

/** With these moods a prediction succeeds but has no image that can be stored. */
export const MOODS_WITHOUT_IMAGE = new Set([
  "output-404",
  "output-html",
  "output-none",
  "output-short",
  "output-cut",
  "output-foreign",
]);

/** With these a prediction can have fewer images than were asked for. */
export const MOODS_WITH_FEWER_IMAGES = new Set([
  ...MOODS_WITHOUT_IMAGE,
  "output-string",
  "output-fewer",
  "output-broken",
]);

/** A quick run leaves out the moods that fail only at the end of a time limit. */
export function moodProbabilities({ quick, webhooks }: RunOptions): Record<string, number> {
  const slow = new Set([...MOODS_WITHOUT_IMAGE, "output-broken", "stuck"]);
  const entries = Object.entries(MOOD_PROBABILITIES);
  return {
    ...Object.fromEntries(quick ? entries.filter(([mood]) => !slow.has(mood)) : entries),
    ...(!webhooks && { "webhook-lost": 1 }),
  };
}

/** The model that users choose for a reference image. */
export const REFERENCE_MODEL = "truefusion-edit";

/** The setting: the models of the users' clicks. */
export const MODELS = ["truefusion-pro", "truefusion-edge", "truefusion-2.0", REFERENCE_MODEL]
  .map((slug) => `${slug}=${slug.replace("truefusion-", "")}: for the chaos test`)
  .join(",");

/** Generations in flight at once, by plan. */
export const PLAN_SLOTS = { free: 1, pro: 3 } as const;
