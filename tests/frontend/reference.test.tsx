/** The reference image: added to the form, sent with the request, and lost. */
import { act, cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createFormReference, formReferencePart } from "../../frontend/studio/generate/form-reference.ts";
import { createReference, type ReferenceDependencies } from "../../frontend/studio/generate/reference.ts";
import { actionsText } from "../../frontend/text/actions.ts";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { errors } from "../../frontend/text/errors.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { offeredModels, unlistedModels } from "../../frontend/text/models.ts";
import { referenceText } from "../../frontend/text/reference.ts";
import { MODELS } from "../../worker/shared/models.ts";
import { openApp } from "./render-app.tsx";
import { failure, generation, image, NOW, ok, setUp, signedIn } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});
beforeEach(() => {
  offeredModels.value = MODELS;
  unlistedModels.value = [];
});

const HOUR_MS = 3_600_000;
const model = (id: string, label: string, options: object) => ({
  id,
  label,
  description: label,
  default: id === "plain",
  options,
});
const models = [
  model("plain", "Plain", { seed: true }),
  model("edit", "Edit", { reference: true }),
  { ...model("larger", "Larger", { reference: true }), upscale: true as const },
];
const PNG = new File([new Uint8Array(8)], "a.png", { type: "image/png" });
const uploaded = (id: string) =>
  ok({ upload: { id, width: 8, height: 8, expiresAt: new Date(NOW + HOUR_MS).toISOString() } });

/** A studio with a model that takes a reference image, which is chosen. */
async function setUpEditor(chosen = "edit") {
  const world = setUp();
  world.api.session.mockResolvedValue(ok(signedIn({ models })));
  const form = world.parts.get(formReferencePart) as ReturnType<typeof createFormReference>;
  let uploads = 0;
  const upload = vi.fn<ReferenceDependencies["upload"]>(async () => uploaded(`u${++uploads}`));
  const previewOf = vi.fn<ReferenceDependencies["previewOf"]>(async () => "data:,");
  const announce = vi.fn<ReferenceDependencies["announce"]>();
  await world.begin();
  world.composer.setModel(chosen);
  world.composer.write("a red kite");
  const now = () => world.clock.now;
  const reference = createReference({ ...world, form, upload, previewOf, announce, now });
  return {
    ...world,
    form: world.form,
    chosen: form.chosen,
    progress: reference.progress,
    upload,
    previewOf,
    reference,
    announced: () => announce.mock.calls.map(([sentence]) => sentence),
  };
}
const sent = ({ api }: ReturnType<typeof setUp>) => api.generate.mock.calls.map(([body]) => body.reference);

describe("a file", () => {
  test("is uploaded at once, sent with the next request, and uploaded again for the one after", async () => {
    const world = await setUpEditor();
    world.reference.keep("u1");
    await world.reference.add(PNG);
    expect(world.chosen.value?.body).toEqual({ upload: "u1" });
    await world.form.generate();
    await waitFor(() => expect(world.chosen.value?.body).toEqual({ upload: "u2" }));
    world.clock.now += 2_000;
    await world.form.generate();
    expect(sent(world)).toEqual([{ upload: "u1" }, { upload: "u2" }]);
  });

  test("is announced: the start, the progress now and then, and the end", async () => {
    const { reference, upload, clock, announced } = await setUpEditor();
    upload.mockImplementationOnce(async (_, onProgress) => {
      for (const percent of [10, 20, 60, 70]) {
        clock.now += 1_500;
        onProgress(percent);
      }
      return uploaded("u1");
    });
    await reference.add(PNG);
    const progress = [20, 70].map(referenceText.uploadProgress);
    expect(announced()).toEqual([referenceText.uploadStarted, ...progress, referenceText.ready]);
  });

  test("whose upload is canceled is announced as canceled, and not as ready", async () => {
    const { reference, upload, announced } = await setUpEditor();
    const response = Promise.withResolvers<Awaited<ReturnType<ReferenceDependencies["upload"]>>>();
    upload.mockReturnValueOnce(response.promise);
    const added = reference.add(PNG);
    await waitFor(() => expect(upload).toHaveBeenCalled());
    reference.cancel();
    response.resolve(uploaded("u1"));
    await added;
    expect(announced()).toEqual([referenceText.uploadStarted, referenceText.canceled]);
  });

  test("that is being uploaded holds back Generate, and Cancel ends the upload", async () => {
    const world = await setUpEditor();
    world.upload.mockImplementation((_, onProgress) => {
      onProgress(40);
      return new Promise(() => {});
    });
    void world.reference.add(PNG);
    await waitFor(() => expect(world.progress.value).toBe(40));
    await world.form.generate();
    expect(world.composer.notice.value).toBe(referenceText.wait);
    expect(world.api.generate).not.toHaveBeenCalled();
    world.reference.cancel();
    expect(world.upload.mock.calls[0]?.[2].aborted).toBe(true);
    await world.form.generate();
    expect(sent(world)).toEqual([undefined]);
  });

  test.each([
    ["of another type", new File(["x"], "a.gif", { type: "image/gif" }), "unsupported_media_type"],
    ["over 10 MB", { type: "image/png", size: 10 * 1024 * 1024 + 1 } as File, "payload_too_large"],
  ] as const)("%s is refused without an upload", async (_, file, code) => {
    const { reference, upload, composer } = await setUpEditor();
    await reference.add(file);
    expect(composer.notice.value).toBe(referenceText.problems[code]);
    expect(upload).not.toHaveBeenCalled();
  });

  test("that the browser cannot read is refused without an upload", async () => {
    const { reference, upload, previewOf, composer } = await setUpEditor();
    previewOf.mockResolvedValue(null);
    await reference.add(PNG);
    expect(composer.notice.value).toBe(referenceText.problems.invalid_image);
    expect(upload).not.toHaveBeenCalled();
  });

  test.each(["maximum_reached", "payload_too_large", "unsupported_media_type", "invalid_image"] as const)(
    "that the Worker refuses with %s has a sentence of its own",
    async (code) => {
      const { reference, upload, composer, chosen } = await setUpEditor();
      upload.mockResolvedValue(failure(code));
      await reference.add(PNG);
      expect(composer.notice.value).toBe(referenceText.problems[code]);
      expect(chosen.value).toBeNull();
    },
  );

  test("for a model that takes none is refused, with one that does", async () => {
    const { reference, upload, composer } = await setUpEditor("plain");
    await reference.add(PNG);
    expect(composer.notice.value).toBe(referenceText.notTaken("Plain", "Edit"));
    expect(upload).not.toHaveBeenCalled();
  });

  test("is not sent for several images if the model makes one at a time", async () => {
    const world = await setUpEditor();
    await world.reference.add(PNG);
    world.composer.count.value = 2;
    await world.form.generate();
    expect(world.composer.notice.value).toBe(referenceText.oneAtATime);
    expect(world.api.generate).not.toHaveBeenCalled();
  });

  test("leaves the form when its upload expires", async () => {
    const { reference, chosen, composer } = await setUpEditor();
    vi.useFakeTimers();
    reference.keep("u1");
    await reference.add(PNG);
    vi.advanceTimersByTime(HOUR_MS - 1);
    expect(chosen.value).not.toBeNull();
    vi.advanceTimersByTime(1);
    expect(chosen.value).toBeNull();
    expect(composer.notice.value).toBe(referenceText.expired);
  });

  test("survives a reload, for the same user only", async () => {
    const { reference, chosen } = await setUpEditor();
    const stop = reference.keep("u1");
    await reference.add(PNG);
    const before = chosen.value;
    stop();
    chosen.value = null;
    reference.keep("u1")();
    expect(chosen.value).toEqual(before);
    reference.keep("u2")();
    expect(chosen.value).toBeNull();
  });
});

test("a lost upload is a rejection that keeps the prompt", async () => {
  const world = await setUpEditor();
  world.chosen.value = { body: { upload: "gone" } };
  world.api.generate.mockResolvedValue(failure("not_found"));
  await world.form.generate();
  expect(world.entries()).toMatchObject([{ phase: "rejected", generation: { prompt: "a red kite" } }]);
  expect(errors.rejected({ code: "not_found" }, {})).toContain("reference image");
  expect(world.composer.prompt.value).toBe("a red kite");
});

describe("an image of the user", () => {
  const made = (reference: NonNullable<ReturnType<typeof image>["options"]["reference"]>) =>
    image("a", { model: "edit", options: { reference } });

  test("stays the reference for the next request", async () => {
    const world = await setUpEditor();
    world.chosen.value = { body: { generation: "a", output: 1 } };
    await world.form.generate();
    world.clock.now += 2_000;
    await world.form.generate();
    expect(sent(world)).toEqual(Array(2).fill({ generation: "a", output: 1 }));
  });

  test("is repeated by Again, and put into the form by Edit", async () => {
    const world = await setUpEditor();
    world.variations.generate(made({ generation: "b", output: 0 }));
    expect(sent(world)).toEqual([{ generation: "b", output: 0 }]);
    world.variations.edit(made({ generation: "b", output: 0 }));
    expect(world.chosen.value).toEqual({ body: { generation: "b", output: 0 } });
    world.variations.edit(image("c"));
    expect(world.chosen.value).toBeNull();
  });

  test("made from an upload is not made again without it", async () => {
    const world = await setUpEditor();
    expect(world.variations.generate(made({ upload: true }))).toBe("upload");
    const failed = generation("f", {
      status: "failed",
      error: { code: "upstream_failed", message: "" },
      options: { reference: { upload: true } },
    });
    world.feed.showRecent([failed], false, world.generations.nextVersion());
    await world.submit.retry(world.entries()[0]?.key ?? "");
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(world.texts()).toEqual([createText.uploadGone]);
  });
});

describe("in the studio", () => {
  async function open(images = [image("a")]) {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(signedIn({ models })));
    world.api.list.mockResolvedValue(ok({ items: images, nextCursor: null }));
    return openApp(world, "a blue kite");
  }
  const choose = (id: string, composer: Awaited<ReturnType<typeof open>>["composer"]) =>
    act(() => composer.setModel(id));

  test("the button is there only with a model that takes a reference image", async () => {
    const { composer } = await open();
    await screen.findByRole("button", { name: actionsText.reference });
    expect(screen.queryByRole("button", { name: referenceText.addLabel })).toBeNull();
    await choose("edit", composer);
    await screen.findByRole("button", { name: referenceText.addLabel });
  });

  test("the latest image becomes the reference, which its chip removes", async () => {
    const { composer, api } = await open();
    fireEvent.click(await screen.findByRole("button", { name: actionsText.reference }));
    const chip = await screen.findByRole("button", { name: referenceText.remove });
    expect(composer.model.value).toBe("edit");
    expect(chip.querySelector("img")?.getAttribute("src")).toBe("/images/a/0?size=thumb");
    fireEvent.click(screen.getByRole("button", { name: commonText.generate }));
    await waitFor(() =>
      expect(api.generate.mock.calls[0]?.[0]).toMatchObject({
        prompt: "a blue kite",
        model: "edit",
        reference: { generation: "a", output: 0 },
      }),
    );
    fireEvent.click(chip);
    await waitFor(() => expect(screen.queryByRole("button", { name: referenceText.remove })).toBeNull());
  });

  test.each([
    ["edit", referenceText.drop],
    ["plain", referenceText.notTaken("Plain", "Edit")],
  ])("a file that is dragged over the window highlights the form, with the model %s", async (id, text) => {
    const { composer } = await open();
    await choose(id, composer);
    await screen.findByRole("button", { name: actionsText.reference });
    const drag = (type: string, types: string[], relatedTarget: Element | null = null) =>
      act(() => {
        const event = Object.assign(new Event(type, { bubbles: true, cancelable: true }), {
          dataTransfer: { types, files: [] },
          relatedTarget,
        });
        screen.getByRole("main").dispatchEvent(event);
      });
    await drag("dragover", ["text/plain"]);
    expect(screen.queryByText(text), "a text").toBeNull();
    await drag("dragover", ["Files"]);
    screen.getByText(text);
    await drag("dragleave", ["Files"], screen.getByRole("main"));
    screen.getByText(text);
    await drag("dragleave", ["Files"]);
    expect(screen.queryByText(text), "it left the window").toBeNull();
    await drag("dragover", ["Files"]);
    await drag("drop", ["Files"]);
    expect(screen.queryByText(text), "it was dropped").toBeNull();
  });

  test("an earlier image becomes the reference from its tile", async () => {
    const { composer, parts } = await open([image("b"), image("a", { prompt: "a lamp" })]);
    const tile = await screen.findByRole("link", { name: createText.open("a lamp") });
    fireEvent.pointerOver(tile, { pointerType: "mouse" });
    const overlay = within(tile.closest("li") as HTMLElement);
    fireEvent.click(await overlay.findByRole("button", { name: actionsText.reference }));
    expect(composer.model.value).toBe("edit");
    const form = parts.get(formReferencePart) as ReturnType<typeof createFormReference>;
    expect(form.chosen.value?.body).toEqual({ generation: "a", output: 0 });
  });

  test("an image of the gallery becomes the reference, and the form opens", async () => {
    const { composer, router } = await open([image("a", { prompt: "a lamp" })]);
    await act(() => router.go("/gallery"));
    const tile = await screen.findByRole("link", { name: galleryText.open("a lamp") });
    fireEvent.pointerOver(tile, { pointerType: "mouse" });
    const overlay = within(tile.closest("li") as HTMLElement);
    fireEvent.click(await overlay.findByRole("button", { name: actionsText.reference }));
    expect(router.route.value.page).toBe("create");
    expect(composer.model.value).toBe("edit");
    await screen.findByRole("button", { name: referenceText.remove });
  });

  test("Upscale requests the image from the model that enlarges", async () => {
    const { api } = await open();
    fireEvent.click(await screen.findByRole("button", { name: actionsText.upscale }));
    await waitFor(() => expect(api.generate).toHaveBeenCalled());
    expect(api.generate.mock.calls[0]?.[0]).toEqual({
      prompt: "a red kite",
      model: "larger",
      reference: { generation: "a", output: 0 },
    });
    expect(commonText.model("larger")).toBe("Larger");
  });

  test("the details of an image lead to its reference, and offer it as one", async () => {
    const { router, api, composer } = await open([
      image("a", { options: { reference: { generation: "b", output: 0 } } }),
    ]);
    await act(() => router.go("/g/a"));
    const viewer = within(await screen.findByRole("dialog"));
    const link = await viewer.findByRole("link", { name: imageText.referenceOwn });
    expect(link.getAttribute("href")).toBe("/g/b");
    fireEvent.click(viewer.getByRole("button", { name: actionsText.upscale }));
    await waitFor(() => expect(api.generate.mock.calls[0]?.[0].model).toBe("larger"));
    fireEvent.click(viewer.getByRole("button", { name: actionsText.reference }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(composer.model.value).toBe("edit");
  });
});
