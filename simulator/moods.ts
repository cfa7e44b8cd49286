import { createRandom, type Random } from "./random.ts";

/** Refusals and failures of a create, each spelled `create-<status>`; see create.ts for what they answer. */
export const CREATE_STATUSES = [400, 401, 402, 403, 404, 408, 422, 429, 451, 500, 502, 503, 504] as const;

/** Calls about a prediction, and what may be answered to them, each spelled `<call>-<how>`; see misanswers.ts. */
export const CALLS = ["get", "list", "cancel", "delete"] as const;
export type Call = (typeof CALLS)[number];
export const MISANSWERS = ["429", "500", "503", "html", "lost"] as const;

const CALL_MOODS = CALLS.flatMap((call) => MISANSWERS.map((how) => `${call}-${how}`));
const CREATE_MOODS = CREATE_STATUSES.flatMap((status) => [`create-${status}`, `create-${status}-once`]);

export const MOODS: ReadonlySet<string> = new Set([
  "failed",
  "refused",
  "nsfw",
  "slow",
  "stuck",
  "delay",
  "terminal",
  "status",
  "webhook-lost",
  "webhook-held",
  "webhook-doubled",
  "webhook-early",
  "webhook-out-of-order",
  "webhook-unsigned",
  "webhook-wrong-key",
  "webhook-bare",
  "webhook-sdk",
  "webhook-field-absent",
  "webhook-field-string",
  "webhook-minimal",
  "webhook-prefixed",
  "webhook-large",
  "webhook-garbled",
  "answer-lost",
  "answer-never",
  "answer-slow",
  ...CREATE_MOODS,
  "create-200",
  "create-202",
  "create-html",
  "create-unparsable",
  "create-status-false",
  "create-envelope",
  "create-empty",
  ...CALL_MOODS,
  "get-unknown",
  "get-502-failed",
  "list-bare",
  "cancel-unknown",
  "cancel-success",
  "cancel-ignored",
  "delete-unknown",
  "errors",
  "models-500",
  "models-no-schema",
  "output-404",
  "output-404-once",
  "output-500-once",
  "output-redirect",
  "output-redirect-foreign",
  "output-redirect-loop",
  "output-empty",
  "output-gzip",
  "output-endless",
  "output-html",
  "output-svg",
  "output-jpeg",
  "output-webp",
  "output-avif",
  "output-no-length",
  "output-short",
  "output-cut",
  "output-foreign",
  "output-large",
  "output-many",
  "output-tiny",
  "output-none",
  "output-string",
  "output-array",
  "output-objects",
  "output-storage-files",
  "input-empty",
  "model-string",
  "model-vendor",
  "error-object",
  "fields",
  "times",
]);

/** Name to value; a mood without `=value` has the empty string. */
export type Moods = ReadonlyMap<string, string>;

const MARKER = /\[mood:([^\]]*)\]/gi;

export function withoutMarkers(prompt: string): string {
  return prompt.replace(MARKER, " ").replace(/\s+/g, " ").trim();
}

/** One `name` or `name=value`; null where no such mood exists. */
function parseMood(text: string): [string, string] | null {
  const [name = "", value = ""] = text.trim().split("=", 2);
  return MOODS.has(name.toLowerCase()) ? [name.toLowerCase(), value.trim()] : null;
}

export function moodsInPrompt(prompt: string): Moods {
  const moods = new Map<string, string>();
  for (const [, list = ""] of prompt.matchAll(MARKER)) {
    for (const text of list.split(",")) {
      const mood = parseMood(text);
      if (mood !== null) moods.set(mood[0], mood[1]);
    }
  }
  return moods;
}

/** The number a mood was given, or the fallback where it was given none. */
export function moodNumber(moods: Moods, name: string, fallback: number): number {
  const value = Number.parseFloat(moods.get(name) ?? "");
  return Number.isFinite(value) && value >= 0 ? value : fallback;
}

export type GlobalMoods = { moods: string[]; probability: Record<string, number>; seed: number };

/** The moods that hold for everyone, beside those that a prompt asks for itself. */
export function createMoodBook(seed: number) {
  let always: Moods = new Map();
  let sometimes: [mood: [string, string], probability: number][] = [];
  let current: GlobalMoods = { moods: [], probability: {}, seed };
  let random: Random = createRandom(seed);

  return {
    current: () => current,
    /** Answers the names that are no moods, so that a misspelt test fails loudly. */
    set(next: GlobalMoods): string[] {
      const unknown = [...next.moods, ...Object.keys(next.probability)].filter(
        (text) => parseMood(text) === null,
      );
      if (unknown.length > 0) return unknown;
      current = next;
      always = new Map(next.moods.map(parseMood).filter((mood) => mood !== null));
      sometimes = Object.entries(next.probability).flatMap(([text, probability]) => {
        const mood = parseMood(text);
        return mood === null ? [] : [[mood, probability]];
      });
      random = createRandom(next.seed);
      return [];
    },
    /** Moods of the whole API, for calls that belong to no prediction. */
    everywhere: (): Moods => always,
    /** One draw a create: each chance uses one number whether it hits or not, so that runs stay comparable. */
    draw(prompt: string): Moods {
      const drawn = sometimes.filter(([, probability]) => random() < probability).map(([mood]) => mood);
      return new Map([...always, ...drawn, ...moodsInPrompt(prompt)]);
    },
  };
}

export type MoodBook = ReturnType<typeof createMoodBook>;
