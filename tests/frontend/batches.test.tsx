/** Several images with one Generate: requests, the grid in the feed, and what happens when some of them fail. */
import { act, cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { requestsFor } from "../../frontend/studio/generate/submit.ts";
import { batchText } from "../../frontend/text/batch.ts";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { errors } from "../../frontend/text/errors.ts";
import { imageText } from "../../frontend/text/image.ts";
import { type AspectRatio, MAX_SEED } from "../../worker/shared/models.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { openApp } from "./render-app.tsx";
import { failure, fakeApi, generation, image, memoryStore, ok, setUp, signedIn, TODAY } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(cleanup);

const BODY = { prompt: "a red kite", model: "truefusion-pro" } as const;
const limits = (concurrent: number, left = 50) => ({
  concurrent,
  inFlight: 0,
  unconfirmed: 0,
  today: { ...TODAY, used: 0, limit: left },
});

describe("the requests for several images", () => {
  test.each([
    ["one image", BODY, 1, { count: 4 }, [BODY]],
    ["as many as the model can create at once", BODY, 4, { count: 4 }, [{ ...BODY, count: 4 }]],
    ["more than the model can create at once", BODY, 4, { count: 2 }, [BODY, BODY, BODY, BODY]],
    ["a model without a count", BODY, 2, { seed: true as const }, [BODY, BODY]],
    ["a model whose options are unknown", BODY, 2, null, [BODY, BODY]],
    [
      "a locked seed",
      { ...BODY, seed: MAX_SEED },
      2,
      {},
      [
        { ...BODY, seed: MAX_SEED },
        { ...BODY, seed: 0 },
      ],
    ],
  ])("%s", (_, body, count, supported, requests) => {
    expect(requestsFor(body, count, supported)).toEqual(requests);
  });
});

/** A Worker that accepts each request; `end` finishes the generation of that number, counted from 1. */
function acceptingApi(concurrent: number) {
  const api = fakeApi();
  let count = 0;
  api.session.mockResolvedValue(ok(signedIn({ limits: limits(concurrent) })));
  api.generate.mockImplementation(async ({ prompt, model, count: images, ...options }) => {
    count += 1;
    return ok({
      generation: generation(`g${count}`, {
        prompt,
        model,
        options: { ...options, ...(images && { count: images }) } as Generation["options"],
      }),
    });
  });
  return api;
}

async function openWith({
  concurrent = 4,
  count = 4,
  store = memoryStore(),
  api = acceptingApi(concurrent),
  aspectRatio = null as AspectRatio | null,
} = {}) {
  store.set("count", String(count));
  const app = await openApp(setUp({ api, store }), "a red kite");
  app.composer.aspectRatio.value = aspectRatio;
  const generate = async () => {
    fireEvent.click(screen.getByRole("button", { name: commonText.generateCount(count) }));
    return within(await screen.findByRole("list", { name: batchText.name(count) }));
  };
  const end = (n: number, changes: Partial<Generation> = {}) =>
    act(() => app.generations.upsert(image(`g${n}`, { ...BODY, ...changes }), {}));
  return { ...app, api, store, generate, end };
}

const pending = (grid: { getAllByRole: (role: string) => HTMLElement[] }) =>
  grid.getAllByRole("listitem").map((cell) => cell.getAttribute("aria-busy") === "true");

describe("on a plan with one slot, four images", () => {
  test("are a grid of four at once, of which one is sent and three wait", async () => {
    const { generate, api, outbox } = await openWith({ concurrent: 1 });
    const grid = await generate();
    expect(pending(grid)).toEqual([true, true, true, true]);
    await waitFor(() => expect(api.generate).toHaveBeenCalledTimes(1));
    expect(outbox.queued.value.length).toBe(3);
    expect(grid.getAllByText(createText.queued).length).toBeGreaterThanOrEqual(3);
  });

  test("stop with Cancel all", async () => {
    const { generate, api, outbox } = await openWith({ concurrent: 1 });
    await generate();
    await waitFor(() => expect(api.generate).toHaveBeenCalledTimes(1));
    fireEvent.click(screen.getByRole("button", { name: batchText.cancelAll }));
    await waitFor(() => expect(api.cancel).toHaveBeenCalledExactlyOnceWith("g1"));
    expect(outbox.queued.value).toEqual([]);
  });
});

test("a batch stays together after a reload", async () => {
  const first = await openWith({ count: 2 });
  await first.generate();
  await waitFor(() => expect(first.api.generate).toHaveBeenCalledTimes(2));
  await waitFor(() => expect(first.store.get("batches.u1")).toContain("g2"));
  cleanup();
  const api = acceptingApi(4);
  api.list.mockResolvedValue(ok({ items: [image("g2", BODY), image("g1", BODY)], nextCursor: null }));
  await openApp(setUp({ api, store: first.store }));
  const grid = within(await screen.findByRole("list", { name: batchText.name(2) }));
  expect(grid.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["/g/g1", "/g/g2"]);
});

test("two wide images are beside each other in a wide window, and as sharp as they are large", async () => {
  vi.spyOn(window, "matchMedia").mockImplementation(
    (media) => ({ media, matches: media === "(min-width: 64rem)" }) as MediaQueryList,
  );
  onTestFinished(() => void vi.restoreAllMocks());
  const wide = { ...BODY, options: { aspectRatio: "16:9" }, width: 1344, height: 768 } as const;
  const { generate, end, api } = await openWith({ count: 2, aspectRatio: "16:9" });
  const grid = await generate();
  await waitFor(() => expect(api.generate).toHaveBeenCalledTimes(2));
  for (const n of [1, 2]) await end(n, wide);
  for (const shown of grid.getAllByRole("img")) {
    // 62vh is the height of the block, and of each image in its one row.
    expect(shown.getAttribute("sizes")).toBe("(width < 48rem) 50vw, 111vh");
  }
});

test("an image that failed shows why in its place, and Retry missing creates only that one", async () => {
  const { generate, end, api } = await openWith({ count: 2 });
  const grid = await generate();
  await waitFor(() => expect(api.generate).toHaveBeenCalledTimes(2));
  await end(1);
  await end(2, {
    status: "failed",
    outputUrl: null,
    outputs: [],
    error: { code: "upstream_failed", message: "" },
  });
  expect(pending(grid)).toEqual([false, false]);
  grid.getByText(errors.failure("upstream_failed"));
  fireEvent.click(screen.getByRole("button", { name: batchText.retryMissing }));
  await waitFor(() => expect(api.generate).toHaveBeenCalledTimes(3));
  expect(pending(grid)).toEqual([false, true]);
});

describe("one request for four images", () => {
  const api = () => {
    const accepting = acceptingApi(4);
    const [model] = signedIn().models;
    accepting.session.mockResolvedValue(
      ok(signedIn({ limits: limits(4), models: model ? [{ ...model, options: { count: 4 } }] : [] })),
    );
    return accepting;
  };
  const outputs = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      url: `/images/g1/${n}`,
      thumbnailUrl: `/images/g1/${n}?size=thumb`,
      width: 1024,
      height: 1024,
    }));

  test("is a grid of four placeholders, then of its images", async () => {
    const { generate, end, api: worker } = await openWith({ api: api() });
    const grid = await generate();
    expect(pending(grid)).toEqual([true, true, true, true]);
    await waitFor(() => expect(worker.generate).toHaveBeenCalledTimes(1));
    expect(worker.generate.mock.calls[0]?.[0]).toEqual({ ...BODY, count: 4 });
    await end(1, { options: { count: 4 }, outputs: outputs(4) });
    expect(grid.getAllByRole("img").length).toBe(4);
  });

  test("has a link to each image, which opens the viewer at that image", async () => {
    const { generate, end, router, api: worker } = await openWith({ api: api() });
    const grid = await generate();
    await waitFor(() => expect(worker.generate).toHaveBeenCalledTimes(1));
    await end(1, { options: { count: 4 }, outputs: outputs(4) });
    const links = grid.getAllByRole("link", { name: createText.open(BODY.prompt) });
    const addresses = links.map((link) => link.getAttribute("href") ?? "");
    expect(addresses).toEqual(["/g/g1", "/g/g1?output=1", "/g/g1?output=2", "/g/g1?output=3"]);
    await act(() => router.go(addresses[2] ?? ""));
    const viewer = within(await screen.findByRole("dialog", { name: BODY.prompt }));
    const download = await viewer.findByRole("link", { name: imageText.download });
    expect(download.getAttribute("href")).toBe("/images/g1/2?download");
  });

  test("that the Worker refuses is a row at once, and Try again makes as many as the model creates at once", async () => {
    const worker = api();
    const detail = "This model does not generate 4 images at once; the most is 2.";
    worker.generate.mockResolvedValueOnce(failure("invalid_request", { detail }));
    const { outbox, session, composer } = await openWith({ api: worker });
    const [model] = signedIn().models;
    const changed = {
      limits: limits(4),
      models: model ? [{ ...model, options: { seed: true as const } }] : [],
    };
    worker.session.mockResolvedValue(ok(signedIn(changed)));
    fireEvent.click(screen.getByRole("button", { name: commonText.generateCount(4) }));
    const failures = within(await screen.findByRole("list", { name: createText.failures }));
    failures.getByText(detail);
    expect(outbox.items.value).toEqual([]);
    expect(composer.prompt.value).toBe(BODY.prompt);
    await waitFor(() => expect(session.optionsFor(BODY.model)).toEqual({ seed: true }));
    fireEvent.click(failures.getByRole("button", { name: createText.tryAgain }));
    await waitFor(() => expect(worker.generate).toHaveBeenCalledTimes(5));
    expect(worker.generate.mock.calls.slice(1).map(([body]) => body)).toEqual([BODY, BODY, BODY, BODY]);
    expect(await screen.findByRole("list", { name: batchText.name(4) })).toBeTruthy();
  });

  test("that brought three offers to create the fourth", async () => {
    const { generate, end, api: worker } = await openWith({ api: api() });
    const grid = await generate();
    await waitFor(() => expect(worker.generate).toHaveBeenCalledTimes(1));
    await end(1, { options: { count: 4 }, outputs: outputs(3) });
    grid.getByText(batchText.missing);
    fireEvent.click(screen.getByRole("button", { name: batchText.retryMissing }));
    await waitFor(() => expect(worker.generate).toHaveBeenCalledTimes(2));
    expect(worker.generate.mock.calls[1]?.[0]).toEqual(BODY);
  });
});

test("more images than the day has left are refused, and the prompt stays", async () => {
  const { form, composer, session, api, begin } = setUp();
  await begin("a red kite");
  session.limits.value = limits(4, 2);
  composer.count.value = 4;
  await form.generate();
  expect(composer.notice.value).toBe(createText.tooMany(2));
  expect(composer.prompt.value).toBe("a red kite");
  expect(api.generate).not.toHaveBeenCalled();
  composer.count.value = 2;
  await form.generate();
  expect(api.generate).toHaveBeenCalledTimes(2);
});

test("each image of a batch that is rejected becomes a row, if none is left", async () => {
  const api = acceptingApi(4);
  api.generate.mockResolvedValue(failure("content_policy"));
  const { composer } = await openApp(setUp({ api, stored: { count: "2" } }), "a red kite");
  expect(composer.count.value).toBe(2);
  fireEvent.click(screen.getByRole("button", { name: commonText.generateCount(2) }));
  const failures = within(await screen.findByRole("list", { name: createText.failures }));
  await waitFor(() => expect(failures.getAllByRole("listitem").length).toBe(2));
});
