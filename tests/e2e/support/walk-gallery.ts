/** The part of the walk about finished images: the gallery, the image viewer and the pages of shared images. */
import { areImagesDrawn } from "./at-rest.ts";
import type { States, Walk } from "./walk.ts";

/** The gallery, with at least two images. */
export async function* inGallery({ page, studio, client, words, prompts }: Walk): States {
  const { collectionsText, galleryText, failureSentences, imageText } = words;
  const list = /\/api\/generations\?/;
  const tiles = page.getByRole("list", { name: galleryText.title }).getByRole("checkbox");
  await page.route(list, () => {});
  // The document of the gallery without filters brings its first page.
  await studio.open("/gallery?status=all");
  await page.locator("[data-tile=placeholder]").first().waitFor();
  yield "gallery, loading";
  await page.unroute(list);
  await page.route(list, (route) => route.abort());
  await page.reload();
  await page.getByRole("alert").waitFor();
  yield "gallery, out of reach";
  await page.unroute(list);

  await studio.open("/gallery");
  await areImagesDrawn(page);
  yield "gallery";
  await studio.button(galleryText.filter).click();
  yield "gallery, filter menu";
  for (const size of ["small", "large", "medium"] as const) {
    await studio.button(galleryText.tileSizes[size]).click();
    if (size === "medium") break;
    await page.keyboard.press("Escape");
    await areImagesDrawn(page);
    yield `gallery, ${size} images`;
    await studio.button(galleryText.filter).click();
  }
  await page.keyboard.press("Escape");
  const name = "ثعالب حمراء";
  const { collection } = await (await client.call("POST", "/api/collections", { name })).json();
  await studio.button(collectionsText.title).click();
  await page.locator("#collections").getByText(name).waitFor();
  yield "gallery, collections menu";
  await page.keyboard.press("Escape");
  await studio.button(galleryText.select).click();
  await tiles.nth(0).click();
  await tiles.nth(1).click();
  yield "gallery, selecting";
  const bar = page.getByRole("group", { name: galleryText.select });
  await bar.getByRole("button", { name: galleryText.compare }).click();
  await page.getByRole("dialog", { name: imageText.compare(2) }).waitFor();
  yield "comparing two images";
  await page.keyboard.press("Escape");
  await bar.getByRole("button", { name: galleryText.collect }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(name).waitFor();
  await dialog.getByRole("button", { name: collectionsText.new }).click();
  await dialog.getByRole("button", { name: collectionsText.create }).click();
  await dialog.getByText(collectionsText.nameProblem("empty")).waitFor();
  yield "adding to a collection, without a name";
  await dialog.getByRole("button", { name: collectionsText.close }).click();
  await dialog.waitFor({ state: "detached" });
  await bar.getByRole("button", { name: galleryText.delete }).click();
  await page.getByText(galleryText.deleted(2)).waitFor();
  yield "gallery, two deleted";
  await page.getByRole("button", { name: galleryText.undo }).click();
  await studio.open("/gallery?favorite=true&from=2020-01-01");
  await areImagesDrawn(page);
  yield "gallery, filtered";
  await studio.open(`/gallery?q=${encodeURIComponent(prompts.several)}`);
  await areImagesDrawn(page);
  yield "gallery, found";
  await studio.open(`/gallery?collection=${collection.id}`);
  await page.getByText(collectionsText.emptyWhy).waitFor();
  yield "gallery, empty collection";
  const { items } = await (await client.call("GET", "/api/generations?status=succeeded&limit=2")).json();
  const ids = items.map(({ id }: { id: string }) => id);
  await client.call("POST", "/api/generations/bulk", { ids, action: "collect", collection: collection.id });
  await page.reload();
  await areImagesDrawn(page);
  yield "gallery, a collection";
  await client.call("DELETE", `/api/collections/${collection.id}`);
  await studio.open("/gallery?status=all");
  await page.getByText(failureSentences.upstream_failed).first().waitFor();
  yield "gallery, with what failed";
  await studio.open("/gallery?q=…");
  await page.getByText(galleryText.nothingFoundWhy).waitFor();
  yield "gallery, no match";
}

/** The image viewer and the share dialog. */
export async function* atImage({ page, studio, words, client, prompts }: Walk, prompt: string): States {
  const { galleryText, imageText } = words;
  // By its address: on a small tile the actions cover the middle, where a test clicks.
  const found = await client.call("GET", `/api/generations?q=${encodeURIComponent(prompts.landed)}`);
  await studio.open(`/g/${(await found.json()).items[0].id}`);
  await studio.viewer(prompts.landed).waitFor();
  await areImagesDrawn(page);
  yield "image, the only one of its prompt";
  await page.keyboard.press("r");
  await page.getByRole("button", { name: imageText.view, exact: true }).waitFor();
  yield "image, another one queued";
  await page.keyboard.press("Escape");
  const viewer = await studio.openImage(prompt);
  await areImagesDrawn(page);
  yield "image";
  await page.keyboard.press("z");
  yield "image, zoomed";
  await page.keyboard.press("z");
  await viewer.getByRole("button", { name: galleryText.share }).click();
  await studio.shareDialog.waitFor();
  await studio.shareDialog.getByRole("switch", { name: imageText.publicLink }).click();
  await studio.shareDialog.getByLabel(imageText.link, { exact: true }).waitFor();
  yield "share dialog";
  await page.keyboard.press("Escape");
  const { items } = await (await client.call("GET", "/api/generations?status=failed")).json();
  await page.goto(`/g/${items[0].id}`);
  await page.getByRole("heading", { name: words.errors.failure("upstream_failed") }).waitFor();
  yield "failed image";
  await page.goto("/g/nowhere");
  await page.getByText(imageText.missingWhy).waitFor();
  yield "image not found";
}

/** The public pages of this generation, which the Worker renders. */
export async function* asGuest({ page, client }: Walk, id: string): States {
  for (const showPrompt of [true, false]) {
    const answer = await client.call("POST", `/api/generations/${id}/share`, { showPrompt });
    await page.goto((await answer.json()).url);
    await areImagesDrawn(page);
    yield showPrompt ? "shared image" : "shared image, without its prompt";
  }
  await client.call("DELETE", `/api/generations/${id}/share`);
  await page.reload();
  await page.getByRole("heading").waitFor();
  yield "shared no more";
}
