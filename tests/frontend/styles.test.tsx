/** Styles: chosen in the form, stored, sent, counted, and kept by Edit and Again. */
import { cleanup, configure, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { editBody, editCopy } from "../../frontend/studio/generate/fill-form.ts";
import { commonText } from "../../frontend/text/common.ts";
import { errors } from "../../frontend/text/errors.ts";
import { stylesText } from "../../frontend/text/styles.ts";
import { MAX_PROMPT_LENGTH } from "../../worker/shared/prompt.ts";
import { STYLES, withStyle } from "../../worker/shared/styles.ts";
import { openApp } from "./render-app.tsx";
import { image, setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(cleanup);
beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= () => {};
});

const [{ id: STYLE, label: LABEL }] = STYLES;
const ADDED = withStyle("", STYLE).length;

test("a style is chosen in the dialog, shown as a chip, sent, and removed by the chip", async () => {
  const world = setUp();
  const { composer, api } = await openApp(world, "a fox");
  fireEvent.click(screen.getByRole("button", { name: commonText.style }));
  fireEvent.click(await screen.findByRole("button", { name: LABEL }));
  const chip = await screen.findByRole("button", { name: stylesText.remove(LABEL) });
  fireEvent.click(screen.getByRole("button", { name: commonText.generate }));
  await waitFor(() => expect(api.generate).toHaveBeenCalled());
  expect(api.generate.mock.calls[0]?.[0]).toEqual({ prompt: "a fox", model: "truefusion-pro", style: STYLE });
  fireEvent.click(chip);
  await waitFor(() => expect(screen.queryByRole("button", { name: stylesText.remove(LABEL) })).toBeNull());
  expect(composer.style.value).toBeNull();
});

describe("the style in the form", () => {
  test("survives a reload", async () => {
    const first = setUp();
    await first.begin();
    first.composer.style.value = STYLE;
    const second = setUp({ store: first.store });
    await second.begin();
    expect(second.composer.style.value).toBe(STYLE);
  });

  test("is removed if this version does not know it", async () => {
    const world = setUp({ stored: { style: "cubism" } });
    await world.begin();
    expect(world.composer.style.value).toBeNull();
  });

  test("comes back with a request that is edited in the queue, and with Edit", async () => {
    const { composer, begin } = setUp();
    await begin();
    editBody(composer, { prompt: "a fox", model: "truefusion-pro", style: STYLE });
    expect(composer.style.value).toBe(STYLE);
    editCopy(composer, image("b"));
    expect(composer.style.value).toBeNull();
    editCopy(composer, image("a", { options: { style: STYLE, seed: 7 } }));
    expect(composer.options.value).toEqual({ style: STYLE });
  });

  test("is sent again by Again", async () => {
    const { variations, api, begin } = setUp();
    await begin();
    variations.generate(image("a", { options: { style: STYLE } }));
    expect(api.generate.mock.calls[0]?.[0]).toMatchObject({ style: STYLE });
  });
});

describe("the prompt and the text of the style together", () => {
  test.each([
    ["fit", MAX_PROMPT_LENGTH - ADDED, null],
    ["are one character too long", MAX_PROMPT_LENGTH - ADDED + 1, 1],
  ])("%s", async (_, length, excess) => {
    const { composer, form, begin, api } = setUp();
    await begin("x".repeat(length));
    composer.style.value = STYLE;
    await form.generate();
    expect(api.generate).toHaveBeenCalledTimes(excess === null ? 1 : 0);
    const most = MAX_PROMPT_LENGTH - ADDED;
    expect(composer.notice.value).toBe(excess && errors.promptProblem("too_long", "x".repeat(length), most));
  });
});
