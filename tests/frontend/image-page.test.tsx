// The image page: where its generation comes from, its keys, its neighbors and the share dialog's output.
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { signal } from "@preact/signals";
import { afterEach, expect, test, vi } from "vitest";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { type Route, routeOf, type Router, routerPart } from "../../frontend/browser/router.ts";
import { ImagePage } from "../../frontend/image/image-page.tsx";
import { apiPart } from "../../frontend/studio/api-part.ts";
import { feedPart } from "../../frontend/studio/images/feed.ts";
import { createShortcuts, shortcutsPart } from "../../frontend/studio/shortcuts.ts";
import { errors } from "../../frontend/text/errors.ts";
import { imageText } from "../../frontend/text/image.ts";
import { PartsProvider, provide } from "../../frontend/ui/parts.ts";
import { failure, image, ok, setUp } from "./support.ts";

configure({ asyncUtilTimeout: 3_000 });
afterEach(cleanup);

/** The page over the Create page, which shows these images, newest first. */
function open(id: string, images: ReturnType<typeof image>[], stored: Record<string, string> = {}) {
  const world = setUp({ stored });
  const route = signal<Route>({ page: "create", imageId: id, search: "" });
  const go = vi.fn<Router["go"]>((path) => {
    const { pathname, search } = new URL(path, "http://localhost");
    route.value = routeOf(pathname, search, { under: "create" });
  });
  const closeImage = vi.fn();
  const router = { route, go, closeImage } as unknown as Router;
  world.feed.showRecent(images, false, world.generations.nextVersion());
  const parts = new Map([
    ...world.parts,
    provide(apiPart, world.api),
    provide(feedPart, world.feed),
    provide(routerPart, router),
    provide(shortcutsPart, createShortcuts({ store: world.store, now: Date.now, actions: {} })),
  ]);
  function Page() {
    const { imageId } = route.value;
    return (
      <PartsProvider value={parts}>
        {imageId !== null && <ImagePage id={imageId} toasts={<p>toasts</p>} />}
      </PartsProvider>
    );
  }
  return { ...world, route, go, closeImage, start: () => render(<Page />) };
}

const viewer = () => screen.getByRole("dialog");
const press = (key: string) => fireEvent.keyDown(viewer().firstElementChild ?? viewer(), { key });

test("shows a generation that the page holds, without a request", () => {
  const { start, api } = open("b", [image("b", { prompt: "a blue kite" })]);
  start();
  expect(viewer().getAttribute("aria-label")).toBe("a blue kite");
  expect(screen.getByText("toasts")).toBeTruthy();
  expect(api.prediction).not.toHaveBeenCalled();
});

test("requests a generation that the page does not hold, and follows its changes", async () => {
  const { start, api, generations } = open("z", []);
  api.prediction.mockResolvedValue(ok({ generation: image("z") }));
  start();
  const favorite = await screen.findByRole("button", { name: imageText.favorite });
  expect(favorite.getAttribute("aria-pressed")).toBe("false");
  generations.upsert(image("z", { favorite: true }));
  await waitFor(() => expect(favorite.getAttribute("aria-pressed")).toBe("true"));
});

test("says that the image is not found when its generation is deleted", async () => {
  const { start, generations } = open("b", [image("b")]);
  start();
  generations.delete("b");
  await screen.findByRole("heading", { name: imageText.missing });
});

test("shows a failed request as an error, and the image after another try", async () => {
  const { start, api } = open("z", []);
  api.prediction.mockResolvedValue(failure("storage_unavailable"));
  start();
  await screen.findByRole("heading", { name: errors.sentence("storage_unavailable") });
  api.prediction.mockResolvedValue(ok({ generation: image("z") }));
  fireEvent.click(screen.getByRole("button", { name: imageText.tryAgain }));
  await screen.findByRole("link", { name: imageText.download });
});

test("retries a failed request when the socket connects", async () => {
  const { start, api, connection } = open("z", []);
  api.prediction.mockResolvedValue(failure("network_error"));
  start();
  await screen.findByRole("alert");
  api.prediction.mockResolvedValue(ok({ generation: image("z") }));
  connection.isConnected.value = true;
  await screen.findByRole("link", { name: imageText.download });
});

test("moves to the next image by key and says its prompt", async () => {
  const { start, go } = open("b", [image("b"), image("a", { prompt: "an older kite" })]);
  start();
  press("ArrowRight");
  expect(go).toHaveBeenCalledWith("/g/a", true);
  await waitFor(() => expect(screen.getAllByRole("status").at(-1)?.textContent).toBe("an older kite"));
});

test("steps through the images of a generation before its neighbors, in both directions", async () => {
  const outputs = ["b/0", "b/1"].map(
    (url) => ({ ...image("b").outputs[0], url }) as Generation["outputs"][number],
  );
  const { start, go } = open("b", [image("c"), image("b", { outputs }), image("a")]);
  start();
  press("ArrowRight");
  expect(go).toHaveBeenLastCalledWith("/g/b?output=1", true);
  await waitFor(() =>
    expect(screen.getByRole("button", { current: true }).getAttribute("aria-label")).toBe(
      imageText.output(2, 2),
    ),
  );
  press("ArrowRight");
  expect(go).toHaveBeenLastCalledWith("/g/a", true);
  await waitFor(() => expect(screen.queryByRole("button", { current: true })).toBeNull());
  press("ArrowLeft");
  expect(go).toHaveBeenLastCalledWith("/g/b?output=1", true);
  await waitFor(() => expect(screen.getByRole("button", { current: true })).toBeTruthy());
  press("ArrowLeft");
  expect(go).toHaveBeenLastCalledWith("/g/b", true);
});

test("keeps the neighbors of an image that leaves its list", async () => {
  const { start, go, generations } = open("b", [image("b"), image("a")]);
  start();
  generations.hidden.value = new Set(["b"]);
  await waitFor(() => expect(screen.getByRole("button", { name: imageText.next })).toBeTruthy());
  press("ArrowRight");
  expect(go).toHaveBeenCalledWith("/g/a", true);
});

test("E edits a copy without the seed; R creates another one, each press counts", async () => {
  const { start, go, composer, toasts, feed } = open("b", [
    image("b", { prompt: "a blue kite", options: { seed: 7 } }),
  ]);
  start();
  press("r");
  press("r");
  expect(toasts.all.value.map(({ text }) => text)).toEqual([imageText.againDone(2, false)]);
  expect(feed.entries.value).toHaveLength(3);
  press("e");
  expect(composer.prompt.value).toBe("a blue kite");
  expect(composer.seed.value).toBeNull();
  expect(go).toHaveBeenLastCalledWith("/");
});

test("ignores single keys where the user has turned them off", () => {
  const { start, go, feed } = open("b", [image("b"), image("a")], { keys: "off" });
  start();
  press("e");
  press("r");
  expect(go).not.toHaveBeenCalled();
  expect(feed.entries.value).toHaveLength(2);
  press("ArrowRight");
  expect(go).toHaveBeenCalledWith("/g/a", true);
});

test("creates a fast preview again in high quality, with its seed", async () => {
  const { start, api } = open("b", [image("b", { model: "truefusion-edge", options: { seed: 7 } })]);
  start();
  fireEvent.click(screen.getByRole("button", { name: imageText.inModel("High quality") }));
  await waitFor(() => expect(api.generate).toHaveBeenCalled());
  expect(api.generate.mock.calls[0]?.[0]).toMatchObject({ model: "truefusion-2.0", seed: 7 });
});

test("shares and downloads the output that is on the stage", async () => {
  const outputs = [0, 1].map((index) => ({
    url: `/images/b/${index}`,
    thumbnailUrl: `/images/b/${index}?size=thumb`,
    width: 10,
    height: 10,
  }));
  const { start, dialogs } = open("b", [image("b", { outputs })]);
  start();
  fireEvent.click(screen.getByRole("button", { name: imageText.output(2, 2) }));
  fireEvent.click(screen.getByRole("button", { name: imageText.share }));
  expect(dialogs.share.value).toEqual({ id: "b", output: 1 });
  await waitFor(() =>
    expect(screen.getByRole("link", { name: imageText.download }).getAttribute("href")).toBe(
      "/images/b/1?download",
    ),
  );
});
