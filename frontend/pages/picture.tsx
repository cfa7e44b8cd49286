import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import chevronLeft from "lucide-static/icons/chevron-left.svg?raw";
import chevronRight from "lucide-static/icons/chevron-right.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { Generation } from "../../worker/contract.ts";
import { Dialog } from "../components/dialog.tsx";
import { Icon } from "../components/icon.tsx";
import { PictureDetails } from "../components/picture-details.tsx";
import { galleryOf } from "../state/gallery.ts";
import { ratioOf } from "../state/generation.ts";
import { picturePath, type Router } from "../state/router.ts";
import type { Studio } from "../state/studio.ts";
import { later } from "../text/later.ts";

type Props = { studio: Studio; router: Router; id: string };

/** One picture, over the page it was picked from. */
export function PicturePage({ studio, router, id }: Props) {
  const gallery = galleryOf(studio);
  const asked = useSignal<Generation | "missing" | null>(null);
  const list =
    router.route.value.page === "studio"
      ? studio.cards.cards.value.map((card) => card.generation).filter(({ status }) => status === "succeeded")
      : gallery.pictures.value;
  const index = list.findIndex((item) => item.id === id);
  const own = asked.value !== "missing" && asked.value?.id === id ? asked.value : null;
  const generation = list[index] ?? own;

  useEffect(() => {
    if (generation) return;
    void studio.api.prediction(id).then((result) => {
      asked.value = result.ok && result.value.generation.outputUrl ? result.value.generation : "missing";
    });
  }, [id]);
  useEffect(
    () =>
      studio.listen({
        changed(news) {
          if (asked.value !== "missing" && asked.value?.id === news.id) asked.value = news;
        },
        dropped(gone) {
          if (asked.value !== "missing" && asked.value?.id === gone) asked.value = "missing";
        },
      }) && undefined,
    [],
  );
  useEffect(() => {
    // The list goes on behind the last picture that has been read.
    if (index >= 0 && index >= list.length - 2 && list === gallery.pictures.value) void gallery.more();
  }, [index, list.length]);

  const previous = index > 0 ? list[index - 1] : undefined;
  const next = index >= 0 ? list[index + 1] : undefined;
  const open = (target: Generation | undefined) => target && router.go(picturePath(target.id), true);

  function onKeyDown(event: KeyboardEvent) {
    if (event.target instanceof HTMLInputElement || event.altKey || event.metaKey || event.ctrlKey) return;
    const rtl = document.documentElement.dir === "rtl";
    if (event.key === "ArrowLeft") open(rtl ? next : previous);
    else if (event.key === "ArrowRight") open(rtl ? previous : next);
  }

  const missing = asked.value === "missing" && !generation;
  return (
    <Dialog label={generation?.prompt ?? later.picture} class="viewer" onClose={router.closePicture}>
      <div class="viewer-grid" onKeyDown={onKeyDown}>
        <div class="viewer-stage" style={{ "--ratio": generation ? ratioOf(generation) : 1 }}>
          {generation && <Stage key={generation.id} generation={generation} />}
          {missing && (
            <div class="m-auto grid gap-2 p-8 text-center">
              <h1 class="text-lg font-semibold">{later.pictureMissing}</h1>
              <p class="text-muted">{later.pictureMissingWhy}</p>
            </div>
          )}
          <button
            type="button"
            class="button round glass absolute start-3 top-3"
            aria-label={later.close}
            title={later.close}
            onClick={router.closePicture}
          >
            <Icon svg={x} />
          </button>
          {previous && (
            <button
              type="button"
              class="button round glass step start-3"
              aria-label={later.previous}
              title={later.previous}
              onClick={() => open(previous)}
            >
              <Icon svg={chevronLeft} />
            </button>
          )}
          {next && (
            <button
              type="button"
              class="button round glass step end-3"
              aria-label={later.next}
              title={later.next}
              onClick={() => open(next)}
            >
              <Icon svg={chevronRight} />
            </button>
          )}
        </div>
        {generation && (
          <PictureDetails
            key={generation.id}
            studio={studio}
            generation={generation}
            onUse={() => {
              studio.composer.edit(generation.prompt);
              studio.composer.model.value = generation.model;
              router.go("/");
            }}
            onRemoved={() => (next || previous ? open(next ?? previous) : router.closePicture())}
          />
        )}
      </div>
    </Dialog>
  );
}

/** The thumbnail is here already; the original comes over it. */
function Stage({ generation }: { generation: Generation }) {
  const { outputUrl, thumbnailUrl, width, height, prompt } = generation;
  if (!outputUrl || !thumbnailUrl || !width || !height) return null;
  return (
    <>
      <img class="stage-photo" src={thumbnailUrl} width={width} height={height} alt="" />
      <img class="stage-photo" src={outputUrl} width={width} height={height} alt={prompt} />
    </>
  );
}
