/** Presets: what is saved of the form, what is put back, and the dialog. */
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createPresets } from "../../frontend/studio/generate/presets.ts";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { presetsText } from "../../frontend/text/presets.ts";
import { MAX_PRESETS } from "../../worker/shared/organize.ts";
import type { Preset } from "../../worker/api/schemas/preset.ts";
import type { PresetBody, PresetChange } from "../../worker/api/schemas/requests/preset.ts";
import { openApp } from "./render-app.tsx";
import { failure, NOW, ok, setUp, type World } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(cleanup);
beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= () => {};
});

const preset = (id: string, changes: Partial<Preset> = {}): Preset => ({
  id,
  name: `Preset ${id}`,
  options: {},
  createdAt: new Date(NOW).toISOString(),
  ...changes,
});

/** The Worker's presets. Returns those that are stored. */
function serve(
  { api }: World,
  stored: Preset[],
  refuse: () => ReturnType<typeof failure> | null = () => null,
) {
  const presets = [...stored];
  const request = vi.fn(async (method: string, path: string, { body }: { body?: unknown } = {}) => {
    const refusal = refuse();
    if (refusal) return refusal;
    const id = decodeURIComponent(path.split("/")[3] ?? "");
    const index = presets.findIndex((one) => one.id === id);
    if (method === "GET") return ok({ presets: [...presets] });
    if (method === "POST") {
      const { prompt, model, style: _, ...given } = body as PresetBody;
      const made = preset(`p${presets.length + 1}`, {
        ...given,
        ...(prompt && { prompt }),
        ...(model && { model }),
      } as Preset);
      presets.push(made);
      return ok({ preset: made });
    }
    if (index < 0) return failure("not_found");
    if (method === "DELETE") {
      presets.splice(index, 1);
      return ok(undefined);
    }
    const changed = { ...presets[index], ...(body as PresetChange) } as Preset;
    presets[index] = changed;
    return ok({ preset: changed });
  });
  api.call = request as typeof api.call;
  return { presets, request };
}

function setUpPresets(stored: Preset[] = []) {
  const world = setUp();
  const served = serve(world, stored);
  return { ...world, ...served, presets: createPresets(world) };
}

describe("a preset saved from the form has", () => {
  test("prompt, model and options, also those that the model does not use", async () => {
    const { composer, presets, request } = setUpPresets();
    composer.write("  a red kite ");
    composer.setModel("truefusion-edge");
    composer.setOptions({ aspectRatio: "16:9", seed: 7, negativePrompt: " text " });
    expect(await presets.save(" Posters ")).toBeNull();
    expect(request.mock.calls[0]).toEqual([
      "POST",
      "/api/presets",
      {
        body: {
          name: "Posters",
          prompt: "a red kite",
          model: "truefusion-edge",
          options: { aspectRatio: "16:9", seed: 7, negativePrompt: "text", count: 1 },
        },
      },
    ]);
    expect(presets.list.value?.map(({ name }) => name)).toEqual(["Posters"]);
  });

  test("no prompt while the form has none", async () => {
    const { composer, presets, request } = setUpPresets();
    composer.write("  ");
    await presets.save("Only settings");
    expect(request.mock.calls[0]?.[2]).toEqual({
      body: { name: "Only settings", model: "truefusion-pro", options: { count: 1 } },
    });
  });
});

describe("using a preset", () => {
  const FULL = preset("a", {
    name: "Posters",
    prompt: "a poster of a fox",
    model: "truefusion-edge",
    options: { negativePrompt: "text" },
  });

  test("fills the form, and Undo restores prompt and settings as they were", async () => {
    const { composer, presets, toasts, texts, begin } = setUpPresets();
    await begin();
    composer.write("my draft");
    composer.setOptions({ aspectRatio: "16:9", seed: 3 });
    presets.use(FULL);
    expect(composer.prompt.value).toBe("a poster of a fox");
    expect(composer.model.value).toBe("truefusion-edge");
    expect(composer.options.value).toEqual({ negativePrompt: "text" });
    expect(texts()).toEqual([presetsText.applied("Posters")]);
    toasts.all.value[0]?.action?.run();
    expect(composer.prompt.value).toBe("my draft");
    expect(composer.model.value).toBe("truefusion-pro");
    expect(composer.options.value).toEqual({ aspectRatio: "16:9", seed: 3 });
  });

  test("restores how many images it makes, and Undo the number before", async () => {
    const { composer, presets, toasts, begin } = setUpPresets();
    await begin();
    composer.count.value = 2;
    await presets.save("Pairs");
    const [pairs] = presets.list.value ?? [];
    expect(pairs?.options).toEqual({ count: 2 });
    composer.count.value = 4;
    if (pairs) presets.use(pairs);
    expect(composer.count.value).toBe(2);
    toasts.all.value[0]?.action?.run();
    expect(composer.count.value).toBe(4);
    presets.use(preset("old", { options: {} }));
    expect(composer.count.value, "saved by an earlier version").toBe(4);
  });

  test("without a prompt keeps the one that is being written", () => {
    const { composer, presets } = setUpPresets();
    composer.write("my draft");
    presets.use(preset("b", { options: { aspectRatio: "16:9" } }));
    expect(composer.prompt.value).toBe("my draft");
    expect(composer.aspectRatio.value).toBe("16:9");
  });

  test.each([
    ["a retired model", { model: "truefusion-1" }, [`${commonText.models} truefusion-1`]],
    [
      "options that its model does not support",
      { model: "truefusion-edge", options: { aspectRatio: "16:9" as const, seed: 5 } },
      [`${commonText.ratio} 16:9`, createText.seed],
    ],
  ])("with %s applies the rest and says what is not available", async (_, changes, missing) => {
    const { composer, presets, texts, begin } = setUpPresets();
    await begin();
    presets.use(preset("c", { prompt: "a fox", ...changes }));
    expect(composer.prompt.value).toBe("a fox");
    expect(texts()).toEqual([`${presetsText.applied("Preset c")} ${presetsText.unavailable(missing)}`]);
  });
});

test("the Worker's refusal at the limit says how many presets are possible", async () => {
  const world = setUp();
  serve(world, [], () => failure("maximum_reached"));
  expect(await createPresets(world).save("One more")).toBe(presetsText.full);
});

describe("the dialog", () => {
  async function openDialog(stored: Preset[], refuse?: () => ReturnType<typeof failure> | null) {
    const world = setUp();
    const served = serve(world, stored, refuse);
    const app = await openApp(world, "a red kite");
    fireEvent.click(screen.getByRole("button", { name: commonText.presets }));
    const dialog = await screen.findByRole("dialog", { name: presetsText.title });
    return { ...app, ...served, dialog: within(dialog) };
  }

  test("puts a preset into the form with one more click", async () => {
    const { dialog, composer } = await openDialog([preset("a", { name: "Foxes", prompt: "a fox" })]);
    fireEvent.click(
      await dialog.findByRole("button", { name: new RegExp(`^${presetsText.apply("Foxes")}`) }),
    );
    await waitFor(() => expect(screen.queryByRole("dialog", { name: presetsText.title })).toBeNull());
    expect(composer.prompt.value).toBe("a fox");
  });

  test("renames, replaces and deletes after a confirmation", async () => {
    const { dialog, presets } = await openDialog([preset("a", { name: "Foxes", prompt: "a fox" })]);
    fireEvent.click(await dialog.findByRole("button", { name: presetsText.rename("Foxes") }));
    const field = dialog.getByDisplayValue<HTMLInputElement>("Foxes");
    fireEvent.input(field, { target: { value: "Kites" } });
    if (field.form) fireEvent.submit(field.form);
    await dialog.findByRole("button", { name: new RegExp(`^${presetsText.apply("Kites")}`) });

    fireEvent.click(dialog.getByRole("button", { name: presetsText.replace("Kites") }));
    fireEvent.click(await dialog.findByRole("button", { name: presetsText.replaceNow }));
    await waitFor(() => expect(presets).toMatchObject([{ name: "Kites", prompt: "a red kite" }]));

    fireEvent.click(await dialog.findByRole("button", { name: presetsText.remove("Kites") }));
    expect(presets.length).toBe(1);
    fireEvent.click(await dialog.findByRole("button", { name: presetsText.removeNow }));
    await dialog.findByText(presetsText.empty);
    expect(presets).toEqual([]);
  });

  test("says why a name is not accepted, and keeps it", async () => {
    const { dialog, request } = await openDialog([]);
    const field = await dialog.findByLabelText<HTMLInputElement>(presetsText.saveForm);
    fireEvent.input(field, { target: { value: " " } });
    if (field.form) fireEvent.submit(field.form);
    await dialog.findByText(presetsText.nameProblems.empty);
    expect(request.mock.calls.map(([method]) => method)).toEqual(["GET"]);
  });

  test("offers no further preset at the limit", async () => {
    const { dialog } = await openDialog(Array.from({ length: MAX_PRESETS }, (_, n) => preset(`p${n}`)));
    await dialog.findByText(presetsText.full);
    expect(dialog.queryByLabelText(presetsText.saveForm)).toBeNull();
  });

  test("loads again after an error", async () => {
    let isDown = true;
    const { dialog } = await openDialog([preset("a", { name: "Foxes" })], () =>
      isDown ? failure("storage_unavailable") : null,
    );
    await dialog.findByText(errorSentences.storage_unavailable);
    isDown = false;
    fireEvent.click(dialog.getByRole("button", { name: presetsText.tryAgain }));
    await dialog.findByRole("button", { name: new RegExp(`^${presetsText.apply("Foxes")}`) });
  });
});
