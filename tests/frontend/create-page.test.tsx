/** The Create page's form, examples and queue as they are rendered. */
import { computed } from "@preact/signals";
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { afterNextPaint } from "../../frontend/browser/after-next-paint.ts";
import { Composer } from "../../frontend/create/composer.tsx";
import { CreatePage } from "../../frontend/create/create-page.tsx";
import { FormChips } from "../../frontend/create/form/form-chips.tsx";
import { OptionsPanel } from "../../frontend/create/form/options-panel.tsx";
import { QueuePanel } from "../../frontend/create/queue-panel.tsx";
import { createCounter } from "../../frontend/studio/generate/counter.ts";
import { formAidsPart } from "../../frontend/studio/generate/form-aids.ts";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { PartsProvider, provide } from "../../frontend/ui/parts.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import { ok, setUp, signedIn, signedOut, TODAY } from "./support.ts";

afterEach(cleanup);

async function open(session: Session = signedIn(), stored: Record<string, string> = {}) {
  const world = setUp({ stored });
  const { composer, feed, outbox, promptHistory, form, userSession, hint } = world;
  world.api.session.mockResolvedValue(ok(session));
  const aids = {
    counter: createCounter(composer),
    hint,
    recall: (direction: "earlier" | "later", caret: number) =>
      promptHistory.recall(direction, composer, caret),
    hasEntries: computed(() => feed.entries.value.length > 0 || outbox.queued.value.length > 0),
    isRecentUnknown: computed(() => ["loading", "failed"].includes(userSession.recent.value)),
  };
  const generate = () => void form.generate();
  render(
    <PartsProvider value={new Map([...world.parts, provide(formAidsPart, aids)])}>
      <CreatePage
        onGenerate={generate}
        composer={<Composer onGenerate={generate} options={<OptionsPanel />} chips={<FormChips />} />}
        queue={<QueuePanel />}
        feed={null}
      />
    </PartsProvider>,
  );
  await act(() => world.begin());
  return world;
}

const prompt = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: commonText.prompt });
const button = (name: string | RegExp) => screen.getByRole("button", { name });
const write = (text: string) => act(() => void fireEvent.input(prompt(), { target: { value: text } }));
const press = (key: string) => act(() => void fireEvent.keyDown(prompt(), { key }));
const sentPrompts = ({ api }: ReturnType<typeof setUp>) =>
  api.generate.mock.calls.map(([body]) => body.prompt);

test("the prompt stays after Generate, selected, and Enter generates it again", async () => {
  const world = await open();
  await write("a red kite");
  await press("Enter");
  const field = prompt();
  await waitFor(() => expect([field.selectionStart, field.selectionEnd]).toEqual([0, "a red kite".length]));
  expect(document.activeElement === field).toBe(true);
  world.clock.now += 1_000;
  await press("Enter");
  expect(sentPrompts(world)).toEqual(["a red kite", "a red kite"]);
});

test("what is typed right after Generate is not selected, so that the next key keeps it", async () => {
  await open();
  await write("a red kite");
  await press("Enter");
  await write("a blue boat");
  await afterNextPaint();
  const field = prompt();
  expect([field.selectionStart, field.selectionEnd]).not.toEqual([0, "a blue boat".length]);
});

test("a submitted prompt is no draft: a reload starts with an empty form", async () => {
  const { store, tabStore } = await open();
  await write("a red kite");
  expect(store.get("draft")).toBe("a red kite");
  await press("Enter");
  expect([store.get("draft"), tabStore.get("draft")]).toEqual([null, ""]);
});

test("after Generate, ↑ brings the prompt before the submitted one, and ↓ leads back", async () => {
  await open();
  for (const text of ["a red kite", "a blue boat"]) {
    await write(text);
    await press("Enter");
  }
  await press("ArrowUp");
  expect(prompt().value).toBe("a red kite");
  await press("ArrowDown");
  expect(prompt().value).toBe("a blue boat");
  await press("ArrowDown");
  expect(prompt().value).toBe("a blue boat");
});

test("Clear empties the prompt and focuses it; only a draft can be restored", async () => {
  const { toasts } = await open();
  expect(screen.queryByRole("button", { name: commonText.clearPrompt })).toBeNull();
  await write("a red kite");
  await press("Enter");
  await act(() => button(commonText.clearPrompt).click());
  expect(prompt().value).toBe("");
  expect(document.activeElement === prompt()).toBe(true);
  expect(toasts.all.value).toEqual([]);
  await write("half a thought");
  await act(() => button(commonText.clearPrompt).click());
  expect(toasts.all.value).toMatchObject([{ text: commonText.draftReplaced }]);
});

test("an example generates, and the examples go", async () => {
  const world = await open();
  const [example = ""] = commonText.examples;
  await act(() => button(example).click());
  expect(sentPrompts(world)).toEqual([example]);
  expect(screen.queryByRole("button", { name: example })).toBeNull();
});

test("an example asks a signed-out user to sign in", async () => {
  const world = await open(signedOut());
  await act(() => button(commonText.examples[1] ?? "").click());
  expect(world.dialogs.signIn.value).toBe("generate");
  expect(prompt().value).toBe(commonText.examples[1]);
  expect(sentPrompts(world)).toEqual([]);
});

test("queued prompts are one line that opens to edit and remove them", async () => {
  const full = { concurrent: 1, inFlight: 1, unconfirmed: 0, today: TODAY };
  await open(signedIn({ limits: full }));
  for (const text of ["a red kite", "a blue boat"]) {
    await write(text);
    await press("Enter");
  }
  const queue = within(screen.getByRole("region", { name: createText.queue }));
  const line = queue.getByRole("button", { name: createText.queuedCount(2) });
  expect(line.getAttribute("aria-expanded")).toBe("false");
  expect(queue.queryByRole("list")).toBeNull();
  await act(() => line.click());
  expect(queue.getAllByRole("listitem")).toHaveLength(2);
  await act(() => queue.getByRole("button", { name: createText.removeQueued("a red kite") }).click());
  expect(queue.getAllByRole("listitem")).toHaveLength(1);
  await act(() => queue.getByRole("button", { name: createText.editQueued("a blue boat") }).click());
  expect(prompt().value).toBe("a blue boat");
  expect(screen.queryByRole("region", { name: createText.queue })).toBeNull();
});

test("the options button shows the chosen aspect ratio", async () => {
  await open(signedIn(), { ratio: "16:9" });
  expect(button(commonText.optionsSet("16:9")).textContent).toContain("16:9");
});

test("on a touch screen Generate does not focus the prompt", async () => {
  const coarse = vi
    .spyOn(window, "matchMedia")
    .mockImplementation((query) => ({ matches: query === "(pointer: coarse)" }) as MediaQueryList);
  await open();
  await write("a red kite");
  await act(() => button(commonText.generate).click());
  await afterNextPaint();
  expect(document.activeElement === prompt()).toBe(false);
  coarse.mockRestore();
});

test.each([
  ["send", commonText.enterSends],
  ["line", commonText.enterBreaks],
])("with the setting %s, Generate names the keys that send", async (enter, keys) => {
  await open(signedIn(), { enter });
  expect(button(commonText.generate).title).toBe(keys);
});
