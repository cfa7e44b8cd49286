import { createRandom, type Random } from "./random.ts";

/** Errors of a create, each as the mood `create-<status>`. */
export const CREATE_STATUSES = [400, 401, 402, 403, 404, 408, 422, 429, 451, 500, 502, 503, 504] as const;

/** Errors of calls about a prediction, each as the mood `<call>-<kind>`; see error-responses.ts. */
export const CALLS = ["get", "list", "cancel", "delete"] as const;
export type Call = (typeof CALLS)[number];
export const CALL_ERRORS = ["429", "500", "503", "html", "lost"] as const;

const CALL_MOODS = CALLS.flatMap((call) => CALL_ERRORS.map((kind) => `${call}-${kind}`));
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
  "output-fewer",
  "output-broken",
  "output-tiny",
  "output-none",
  "output-string",
  "output-array",
  "output-objects",
  "output-storage-files",
  "reference-held",
  "reference-late",
  "reference-twice",
  "reference-rewritten",
  "input-empty",
  "model-string",
  "model-vendor",
  "error-object",
  "fields",
  "times",
]);

/** Values by name; empty for a mood without `=value`. */
export type Moods = ReadonlyMap<string, string>;

const MARKER = /\[mood:([^\]]*)\]/gi;

export function withoutMarkers(prompt: string): string {
  return prompt.replace(MARKER, " ").replace(/\s+/g, " ").trim();
}

/** Parses `name` or `name=value`. Null: there is no such mood. */
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

/** The value of a mood as a number, or `fallback` if it has none. */
export function moodNumber(moods: Moods, name: string, fallback: number): number {
  const value = Number.parseFloat(moods.get(name) ?? "");
  return Number.isFinite(value) && value >= 0 ? value : fallback;
}

export type GlobalMoods = { moods: string[]; probability: Record<string, number>; seed: number };

/** The global moods, and their combination with the moods in a prompt. */
export function createMoodStore(seed: number) {
  let always: Moods = new Map();
  let sometimes: [mood: [string, string], probability: number][] = [];
  let current: GlobalMoods = { moods: [], probability: {}, seed };
  let random: Random = createRandom(seed);

  return {
    current: () => current,
    /** Returns unknown names, so that a misspelled test fails. */
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
    /** For calls without a prediction. */
    globalMoods: (): Moods => always,
    /** The moods of one create. Each probability uses one random number in every draw, so that runs with one seed agree. */
    draw(prompt: string): Moods {
      const drawn = sometimes.filter(([, probability]) => random() < probability).map(([mood]) => mood);
      return new Map([...always, ...drawn, ...moodsInPrompt(prompt)]);
    },
  };
}

export type MoodStore = ReturnType<typeof createMoodStore>;
