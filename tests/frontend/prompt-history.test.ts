import { describe, expect, test } from "vitest";
import { createPromptHistory } from "../../frontend/studio/generate/prompt-history.ts";
import type { GenerateBody } from "../../worker/api/schemas/requests/generation.ts";
import { memoryStore, setUp } from "./support.ts";

describe("earlier prompts", () => {
  const sent = (prompt: string, more: Partial<GenerateBody> = {}): GenerateBody => ({
    prompt,
    model: "truefusion-pro",
    ...more,
  });

  test("are recalled from the empty field and back, and do not replace what the user is writing", () => {
    const { composer } = setUp();
    const history = createPromptHistory(memoryStore(), () => "u1");
    for (const prompt of ["one", "two", "one", "three"]) history.add(sent(prompt));
    const recall = (direction: "earlier" | "later") => {
      const isRecalled = history.recall(direction, composer);
      return isRecalled ? composer.prompt.value : null;
    };
    expect(recall("later")).toBeNull();
    expect(recall("earlier")).toBe("three");
    expect(recall("earlier")).toBe("one");
    expect(recall("earlier")).toBe("two");
    expect(recall("earlier"), "there is nothing before").toBeNull();
    expect(recall("later")).toBe("one");
    composer.write("one, changed");
    expect(recall("earlier")).toBeNull();
    composer.write("");
    expect(recall("earlier")).toBe("three");
    expect(recall("later")).toBe("");
  });

  test("come with their model and options, without their seed, and give the form's own settings back", () => {
    const { composer } = setUp();
    const history = createPromptHistory(memoryStore(), () => "u1");
    history.add(sent("a draft", { model: "truefusion-edge", negativePrompt: "blur" }));
    history.add(sent("a kite", { aspectRatio: "16:9", seed: 7 }));
    composer.aspectRatio.value = "1:1";
    const settings = () => [composer.model.value, composer.aspectRatio.value, composer.negativePrompt.value];
    history.recall("earlier", composer);
    expect([...settings(), composer.seed.value]).toEqual(["truefusion-pro", "16:9", "", null]);
    history.recall("earlier", composer);
    expect(settings()).toEqual(["truefusion-edge", null, "blur"]);
    history.recall("later", composer);
    history.recall("later", composer);
    expect(settings()).toEqual(["truefusion-pro", "1:1", ""]);
  });

  test("that an earlier version stored as text alone leave the settings as they are", () => {
    const { composer } = setUp();
    const history = createPromptHistory(
      memoryStore({ "history.u1": '["a kite", 7, {"prompt": 7}]' }),
      () => "u1",
    );
    composer.model.value = "truefusion-edge";
    expect(history.recall("earlier", composer)).toBe(true);
    expect([composer.prompt.value, composer.model.value]).toEqual(["a kite", "truefusion-edge"]);
    expect(history.recall("earlier", composer)).toBe(false);
  });

  test("of several lines let the caret move between the lines first", () => {
    const { composer } = setUp();
    const history = createPromptHistory(memoryStore(), () => "u1");
    for (const prompt of ["one", "two\nlines", "three"]) history.add(sent(prompt));
    for (let count = 0; count < 2; count += 1) history.recall("earlier", composer);
    expect(history.recall("earlier", composer, 7), "from the second line").toBe(false);
    expect(history.recall("later", composer, 1), "from the first line").toBe(false);
    expect(history.recall("earlier", composer, 1)).toBe(true);
    expect(composer.prompt.value).toBe("one");
  });

  test("are stored for each user, at most 50, and not while signed out", () => {
    const store = memoryStore({ "history.u1": "{" });
    let user: string | null = "u1";
    const history = createPromptHistory(store, () => user);
    for (let count = 0; count < 60; count += 1) history.add(sent(`prompt ${count}`));
    expect(JSON.parse(store.get("history.u1") ?? "")).toHaveLength(50);
    user = "u2";
    expect(history.recall("earlier", setUp().composer)).toBe(false);
    user = null;
    history.add(sent("a secret"));
    expect([...store.values.values()].join()).not.toContain("a secret");
  });
});
