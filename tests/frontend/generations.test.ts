/** The order of news about generations: whatever arrives in whatever order, the newest truth is shown. */
import { effect } from "@preact/signals";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createGenerations,
  type EditableFields,
  type GenerationChange,
} from "../../frontend/studio/images/generations.ts";
import { GENERATION_STATUSES, type GenerationStatus } from "../../worker/shared/generations.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { generation, image } from "./support.ts";

function open(...held: Generation[]) {
  const generations = createGenerations();
  for (const item of held) generations.upsert(item);
  const changes: GenerationChange[] = [];
  generations.subscribe((change) => void changes.push(change));
  return {
    generations,
    changes,
    favorite: (id = "a") => generations.peek(id)?.favorite,
    /** Changes as lines: what happened to which id. */
    log: () =>
      changes.map((change) => {
        if (change.type === "deleted") return `deleted ${change.id}`;
        const { generation, previous, replaces } = change;
        return `${previous?.status ?? "new"} → ${generation.status}${replaces ? ` for ${replaces}` : ""}`;
      }),
  };
}

test("news without a change keeps the object, so that nothing is rendered again", () => {
  const { generations } = open(image("a"));
  const before = generations.peek("a");
  generations.upsert(image("a"));
  expect(generations.peek("a")).toBe(before);
  generations.upsert(image("a", { favorite: true }));
  expect(generations.peek("a")).not.toBe(before);
});

describe("status", () => {
  const EXPECTED: Record<GenerationStatus, Record<GenerationStatus, GenerationStatus>> = {
    queued: {
      queued: "queued",
      processing: "processing",
      failed: "failed",
      canceled: "canceled",
      succeeded: "succeeded",
    },
    processing: {
      queued: "processing",
      processing: "processing",
      failed: "failed",
      canceled: "canceled",
      succeeded: "succeeded",
    },
    failed: {
      queued: "failed",
      processing: "failed",
      failed: "failed",
      canceled: "canceled",
      succeeded: "succeeded",
    },
    canceled: {
      queued: "canceled",
      processing: "canceled",
      failed: "failed",
      canceled: "canceled",
      succeeded: "succeeded",
    },
    succeeded: {
      queued: "succeeded",
      processing: "succeeded",
      failed: "succeeded",
      canceled: "succeeded",
      succeeded: "succeeded",
    },
  };
  const rows = GENERATION_STATUSES.flatMap((known) =>
    GENERATION_STATUSES.map((news) => [known, news, EXPECTED[known][news]] as const),
  );

  test.each(rows)("%s, then news of %s: %s", (known, news, expected) => {
    const { generations } = open(generation("a", { status: known }));
    generations.upsert(generation("a", { status: news }));
    expect(generations.peek("a")?.status).toBe(expected);
  });

  test("ends the same in every order of the news", () => {
    const news = [
      generation("a"),
      generation("a", { status: "processing", progress: 20 }),
      generation("a", { status: "processing", progress: 60 }),
      image("a"),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(news, { minLength: 4 }), (shuffled) => {
        const { generations } = open(...shuffled);
        expect(generations.peek("a")).toEqual(image("a"));
      }),
    );
  });

  test("progress does not go back", () => {
    const { generations } = open(generation("a", { status: "processing", progress: 60 }));
    generations.upsert(generation("a", { status: "processing", progress: 20 }));
    expect(generations.peek("a")?.progress).toBe(60);
  });

  test("late news of an earlier status brings its newer favorite", () => {
    const { generations, favorite } = open(image("a"));
    generations.upsert(generation("a", { status: "processing", favorite: true }));
    expect([generations.peek("a")?.status, favorite()]).toEqual(["succeeded", true]);
  });
});

describe("a response", () => {
  test("requested before a push does not undo the push's favorite and link", () => {
    const { generations } = open(image("a"));
    const requestedAtVersion = generations.nextVersion();
    generations.upsert(image("a", { favorite: true, shareUrl: "https://studio.example/s/x" }));
    generations.upsert(image("a"), { requestedAtVersion });
    expect(generations.peek("a")).toMatchObject({
      favorite: true,
      shareUrl: "https://studio.example/s/x",
    });
  });

  test("requested before a push brings the status that the push did not have", () => {
    const { generations } = open(generation("a"));
    const requestedAtVersion = generations.nextVersion();
    generations.upsert(generation("a", { favorite: true }));
    generations.upsert(image("a"), { requestedAtVersion });
    expect(generations.peek("a")).toMatchObject({ status: "succeeded", favorite: true });
  });

  test("requested after a push counts", () => {
    const { generations, favorite } = open(image("a", { favorite: true }));
    generations.upsert(image("a"), { requestedAtVersion: generations.nextVersion() });
    expect(favorite()).toBe(false);
  });

  test("of an earlier request does not undo that of a later one", () => {
    const { generations, favorite } = open(image("a"));
    const [earlier, later] = [generations.nextVersion(), generations.nextVersion()];
    generations.upsert(image("a", { favorite: true }), { requestedAtVersion: later });
    generations.upsert(image("a"), { requestedAtVersion: earlier });
    expect(favorite()).toBe(true);
  });

  test("is older than an edit that began after its request", () => {
    const { generations } = open(image("a"));
    const requestedAtVersion = generations.nextVersion();
    expect(generations.isNewerThan("a", requestedAtVersion)).toBe(false);
    generations.edit("a", { favorite: true });
    expect(generations.isNewerThan("a", requestedAtVersion)).toBe(true);
    expect(generations.isNewerThan("unknown", requestedAtVersion)).toBe(false);
  });
});

describe("an edit", () => {
  const ADD: EditableFields = { favorite: true };
  const REMOVE: EditableFields = { favorite: false };

  test("stays on top of pushes until it is confirmed", () => {
    const { generations, favorite } = open(image("a"));
    const edit = generations.edit("a", { ...ADD });
    generations.upsert(image("a"));
    expect(favorite()).toBe(true);
    edit.confirm();
    expect(favorite()).toBe(true);
  });

  test("does not stop other news", () => {
    const { generations } = open(generation("a"));
    generations.edit("a", { ...ADD });
    generations.upsert(image("a"));
    expect(generations.peek("a")).toMatchObject({ status: "succeeded", favorite: true });
  });

  test("that is undone shows what was pushed meanwhile", () => {
    const { generations } = open(image("a"));
    const edit = generations.edit("a", { ...ADD });
    generations.upsert(image("a", { shareUrl: "https://studio.example/s/x" }));
    edit.undo();
    expect(generations.peek("a")).toEqual(image("a", { shareUrl: "https://studio.example/s/x" }));
  });

  test("that is confirmed with another value shows that one", () => {
    const { generations, favorite } = open(image("a"));
    generations.edit("a", { ...ADD }).confirm({ ...REMOVE });
    expect(favorite()).toBe(false);
  });

  test("that is confirmed is not undone by a response that was requested during it", () => {
    const { generations, favorite } = open(image("a"));
    const edit = generations.edit("a", { ...ADD });
    const requestedAtVersion = generations.nextVersion();
    edit.confirm();
    generations.upsert(image("a"), { requestedAtVersion });
    expect(favorite()).toBe(true);
  });

  // Two edits of one field: the later one is on top, in whatever order they end.
  test.each([
    ["both confirmed in order", ["confirm first", "confirm second"], false],
    ["the second undone, then the first confirmed", ["undo second", "confirm first"], true],
    ["the first undone, then the second confirmed", ["undo first", "confirm second"], false],
    ["both undone in order", ["undo first", "undo second"], false],
    ["both undone in reverse", ["undo second", "undo first"], false],
  ] as const)("and a second one, %s", (_, steps, expected) => {
    const { generations, favorite } = open(image("a"));
    const first = generations.edit("a", { ...ADD });
    const second = generations.edit("a", { ...REMOVE });
    expect(favorite()).toBe(false);
    for (const step of steps) {
      const edit = step.endsWith("first") ? first : second;
      if (step.startsWith("confirm")) edit.confirm();
      else edit.undo();
    }
    expect(favorite()).toBe(expected);
  });

  test("ends once: a second confirm or undo changes nothing", () => {
    const { generations, favorite, changes } = open(image("a"));
    const edit = generations.edit("a", { ...ADD });
    edit.confirm();
    const count = changes.length;
    edit.undo();
    edit.confirm({ ...REMOVE });
    expect([favorite(), changes.length]).toEqual([true, count]);
  });

  test("of an unknown generation does nothing", () => {
    const { generations, changes } = open();
    const edit = generations.edit("a", { ...ADD });
    edit.confirm();
    edit.undo();
    expect([generations.peek("a"), changes]).toEqual([undefined, []]);
  });

  test("ends silently after its generation was deleted", () => {
    const { generations, log } = open(image("a"));
    const edit = generations.edit("a", { ...ADD });
    generations.delete("a");
    edit.confirm();
    expect(log()).toEqual(["succeeded → succeeded", "deleted a"]);
    expect(generations.peek("a")).toBeUndefined();
  });

  test("moves along when the pending id is replaced", () => {
    const { generations } = open(generation("pending"));
    const edit = generations.edit("pending", { status: "canceled" });
    generations.upsert(generation("a"), { replaces: "pending" });
    expect(generations.peek("a")?.status).toBe("canceled");
    edit.undo();
    expect(generations.peek("a")).toEqual(generation("a"));
  });
});

describe("a pending id that is replaced", () => {
  const replace = (generations: ReturnType<typeof createGenerations>, news = generation("a")) =>
    generations.upsert(news, { replaces: "pending" });

  test("keeps the signal, under the real id only", () => {
    const { generations, log } = open(generation("pending"));
    const signal = generations.get("pending");
    replace(generations, generation("a", { status: "processing" }));
    expect(generations.get("a")).toBe(signal);
    expect([signal?.value.id, generations.get("pending")]).toEqual(["a", undefined]);
    expect(log()).toEqual(["queued → processing for pending"]);
  });

  test("has the real id even if it was further on than the news", () => {
    const { generations } = open(generation("pending", { status: "processing", progress: 60 }));
    replace(generations);
    expect(generations.peek("a")).toMatchObject({ id: "a", status: "processing", progress: 60 });
  });

  test("is ignored from then on", () => {
    const { generations, changes } = open(generation("pending"));
    replace(generations);
    const count = changes.length;
    generations.upsert(generation("pending", { status: "failed" }));
    expect([generations.peek("pending"), changes.length]).toEqual([undefined, count]);
  });

  test("merges into a real id that arrived first", () => {
    const { generations } = open(generation("pending"), image("a"));
    const signal = generations.get("a");
    replace(generations);
    expect([generations.get("a"), generations.peek("a")?.status]).toEqual([signal, "succeeded"]);
    expect(generations.peek("pending")).toBeUndefined();
  });

  test("that was never known is reported to the listeners", () => {
    const { generations, log } = open();
    replace(generations);
    expect(log()).toEqual(["new → queued for pending"]);
  });

  test("that arrives after its replacement stays unknown", () => {
    const { generations } = open();
    replace(generations);
    generations.upsert(generation("pending"));
    expect(generations.peek("pending")).toBeUndefined();
  });

  test("that was deleted deletes the real id, also if that arrived first", () => {
    const { generations } = open(generation("pending"), generation("a"));
    generations.delete("pending");
    replace(generations);
    generations.upsert(image("a"));
    expect([generations.peek("a"), generations.isDeleted("a")]).toEqual([undefined, true]);
  });

  test("equal to the real id changes only the status", () => {
    const { generations } = open(generation("a"));
    generations.upsert(image("a"), { replaces: "a" });
    expect(generations.peek("a")?.status).toBe("succeeded");
  });
});

describe("a deleted generation", () => {
  test("is not restored by late news", () => {
    const { generations, log } = open(image("a"));
    const requestedAtVersion = generations.nextVersion();
    generations.delete("a");
    generations.upsert(image("a"));
    generations.upsert(image("a"), { requestedAtVersion });
    expect([generations.peek("a"), log()]).toEqual([undefined, ["deleted a"]]);
  });

  test("is ignored even if it was unknown", () => {
    const { generations } = open();
    generations.delete("a");
    generations.upsert(image("a"));
    expect([generations.peek("a"), generations.isDeleted("a")]).toEqual([undefined, true]);
  });
});

describe("forgetting", () => {
  test("keeps the given ids, those on the screen and those being edited", () => {
    const { generations, log } = open(...["held", "watched", "edited", "unused"].map((id) => image(id)));
    const stop = effect(() => void generations.get("watched")?.value);
    const edit = generations.edit("edited", { favorite: true });
    generations.keepOnly(new Set(["held"]));
    const known = () => ["held", "watched", "edited", "unused"].filter((id) => generations.peek(id));
    expect([known(), generations.size()]).toEqual([["held", "watched", "edited"], 3]);
    expect(log(), "no deletion").toEqual(["succeeded → succeeded"]);
    stop();
    edit.confirm();
    generations.keepOnly(new Set(["held"]));
    expect(known()).toEqual(["held"]);
  });

  test("is no deletion: the same generation can come again", () => {
    const { generations } = open(image("a"));
    generations.keepOnly(new Set());
    generations.upsert(image("a"));
    expect(generations.peek("a")).toEqual(image("a"));
  });
});
