import { signal } from "@preact/signals";
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MODELS } from "../../worker/shared/models.ts";
import { ModelPicker } from "../../frontend/create/form/model-picker.tsx";
import { createComposer } from "../../frontend/studio/generate/composer.ts";
import { hasHighQuality } from "../../frontend/studio/generate/variations.ts";
import { readFilters } from "../../frontend/studio/images/filters.ts";
import { createSession } from "../../frontend/studio/session/session.ts";
import { commonText } from "../../frontend/text/common.ts";
import { offeredModels, unlistedModels } from "../../frontend/text/models.ts";
import { memoryStore, ok, signedIn } from "./support.ts";

afterEach(cleanup);
beforeEach(() => {
  offeredModels.value = MODELS;
  unlistedModels.value = [];
});

const many = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `dream-${n}`,
    label: `Dream ${n}`,
    description: `About ${n}`,
    default: n === 0,
    options: { seed: true as const },
  }));

const loadModels = async (models: ReturnType<typeof many>, more: object = {}) => {
  const session = createSession({
    api: { session: async () => ok(signedIn({ models, ...more })) },
    random: Math.random,
  });
  await session.load();
};

describe("the models of the session", () => {
  test("replace the studio's own, without those that enlarge images", async () => {
    const chosen = signal("truefusion-pro");
    render(<ModelPicker chosen={chosen} />);
    expect(screen.getAllByRole("radio")).toHaveLength(3);
    await loadModels([...many(2), { ...many(1)[0], id: "sharp", upscale: true } as never]);
    expect(screen.getAllByRole("radio").map((radio) => radio.getAttribute("value"))).toEqual([
      "dream-0",
      "dream-1",
    ]);
  });

  test("are a menu with their descriptions if there are more than three", async () => {
    await loadModels(many(12));
    const chosen = signal("dream-3");
    render(<ModelPicker chosen={chosen} />);
    const menu = screen.getByRole<HTMLSelectElement>("combobox", { name: commonText.models });
    expect(menu.value).toBe("dream-3");
    expect(screen.getAllByRole("option")).toHaveLength(12);
    fireEvent.change(menu, { target: { value: "dream-11" } });
    expect(chosen.value).toBe("dream-11");
    expect(screen.getByText("Dream 11: About 11")).toBeTruthy();
  });

  test("change a choice that is not offered to the first one", async () => {
    const composer = createComposer({
      store: memoryStore({ model: "truefusion-edge" }),
      tabStore: memoryStore(),
      optionsFor: () => null,
      onReplaced: () => undefined,
    });
    composer.restore("");
    expect(composer.model.value).toBe("truefusion-edge");
    await loadModels(many(2));
    expect(composer.model.value).toBe("dream-0");
  });

  test("set the first one without a stored choice, also if the studio's own default is another of them", async () => {
    const [standard, preview] = MODELS;
    if (!standard || !preview) throw new Error("The studio has several models.");
    offeredModels.value = [preview, standard];
    const restored = (stored: Record<string, string>) => {
      const composer = createComposer({
        store: memoryStore(stored),
        tabStore: memoryStore(),
        optionsFor: () => null,
        onReplaced: () => undefined,
      });
      composer.restore("");
      return composer.model.value;
    };
    expect(restored({})).toBe(preview.id);
    expect(restored({ model: standard.id })).toBe(standard.id);
    expect(restored({ model: "ended-1" })).toBe(preview.id);
  });

  test("keep the labels of earlier models, and the filter by them", async () => {
    await loadModels(many(1), { retiredModels: [{ id: "ended-1", label: "Ended" }] });
    expect(commonText.model("ended-1")).toBe("Ended");
    expect(commonText.model("truefusion-pro")).toBe("Standard");
    expect(commonText.model("never-known")).toBe("never-known");
    expect(readFilters("?model=ended-1").model).toBe("ended-1");
    expect(readFilters("?model=never-known").model).toBeNull();
  });

  test("decide whether a preview can be made in high quality", async () => {
    expect(hasHighQuality("truefusion-edge")).toBe(true);
    expect(hasHighQuality("truefusion-pro")).toBe(false);
    await loadModels(many(1));
    expect(hasHighQuality("truefusion-edge")).toBe(false);
  });
});
