import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import chevronLeft from "lucide-static/icons/chevron-left.svg?raw";
import chevronRight from "lucide-static/icons/chevron-right.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { Generation } from "../../worker/contract.ts";
import type { Result } from "../api/result.ts";
import { Dialog } from "../ui/dialog.tsx";
import { goOn } from "../ui/focus.ts";
import { Icon } from "../ui/icon.tsx";
import { PictureDetails } from "./details.tsx";
import { onPictureKey } from "./keyboard.ts";
import { Stage, type StageControls } from "./zoomable-image.tsx";
import { Toast } from "../ui/toast.tsx";
import { WithoutPicture } from "./placeholder.tsx";
import { galleryOf } from "../studio/image-lists.ts";
import { ratioOf } from "../studio/generation.ts";
import { createPlace } from "./neighbors.ts";
import { retryFailures } from "../studio/retry.ts";
import { picturePath, type Router } from "../browser/router.ts";
import type { Studio } from "../studio/studio.ts";
import { making } from "../text/create.ts";
import { pictureText } from "../text/gallery.ts";
import { problems } from "../text/errors.ts";
import { stylesheet } from "../ui/stylesheet.ts";
import looks from "../styles/viewer.css?url";

await stylesheet(looks);

export { fly } from "../browser/image-transition.ts";
export { takeOverDownloads } from "../browser/save-file.ts";

type Props = { studio: Studio; router: Router; id: string };

/** One picture, over the page it was picked from. */
export function PicturePage({ studio, router, id }: Props) {
  const gallery = galleryOf(studio);
  const { page, search } = router.route.value;
  const list = page === "gallery" ? gallery.listOf(search) : null;
  const items = useComputed(() => {
    if (list) return list.shown.value;
    const hidden = studio.hidden.value;
    return studio.cards.cards.value
      .map((card) => card.generation)
      .filter((one) => one.status === "succeeded" && !hidden.has(one.id));
  }).value;
  const asked = useAsked(studio, id, items.find((item) => item.id === id) ?? null);
  const generation = asked.generation;
  const place = useRef(createPlace()).current;
  const { previous, next } = place.around(items, id);
  const shown = useSignal(0);
  const controls = useSignal<StageControls | null>(null);
  const output = generation?.outputs[shown.value] ?? generation?.outputs[0];

  const open = (target: Generation | undefined) => target && router.go(picturePath(target.id), true);

  useEffect(() => {
    shown.value = 0;
    gallery.viewed.value = id;
  }, [id]);
  // The last one of its list was deleted: the tile that the focus would go back to is gone too.
  const shownIn = useRef(list);
  shownIn.current = list;
  useLayoutEffect(
    () => () => {
      if (shownIn.current?.shown.peek().length === 0) goOn();
    },
    [],
  );
  const index = items.findIndex((item) => item.id === id);
  useEffect(() => {
    // The list goes on behind the last picture that has been read.
    if (list && items.length - index <= 3 && list.state.peek() !== "failed") void list.more();
  }, [index, items.length, list]);

  function remove() {
    if (!generation || !gallery.trash.remove([generation.id])) return;
    const target = next ?? previous;
    if (target) open(target);
    else router.closePicture();
  }

  /** Once this one is there, those beside it: the next step finds them waiting. */
  function preload() {
    const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
    if (saving) return;
    for (const url of [next?.outputUrl, previous?.outputUrl]) if (url) new Image().src = url;
  }

  // On opening, the dialog's name and the page say the prompt. Only the next image has to be announced.
  const opened = useRef(id).current;
  const hasStepped = useRef(false);
  hasStepped.current ||= id !== opened;
  const { problem } = asked;
  const missing = problem?.code === "not_found";
  return (
    <Dialog label={pictureText.dialog(generation?.prompt)} class="viewer" onClose={router.closePicture}>
      {/* Takes the focus at first and from every click, so that the keys work wherever one has clicked. */}
      <div
        class="viewer-grid"
        data-missing={problem !== null || undefined}
        tabIndex={-1}
        onKeyDown={(event) =>
          onPictureKey(event, {
            studio,
            generation,
            output: shown.value,
            controls: controls.value,
            previous: () => open(previous),
            next: () => open(next),
            remove,
          })
        }
      >
        <div class="viewer-stage" style={{ "--ratio": generation ? ratioOf(generation) : 1 }}>
          <button
            type="button"
            class="button round glass viewer-close"
            aria-label={pictureText.close}
            title={pictureText.close}
            onClick={router.closePicture}
          >
            <Icon svg={x} />
          </button>
          {generation && output && (
            <Stage
              key={output.url}
              output={output}
              alt={generation.prompt}
              controls={controls}
              onSwipe={(direction) => {
                const forward = document.documentElement.dir === "rtl" ? -1 : 1;
                open(direction === forward ? next : previous);
              }}
              onLoaded={preload}
              onLost={() => {
                studio.notify(pictureText.notFetched);
              }}
            />
          )}
          {generation && !output && <WithoutPicture generation={generation} />}
          {missing && (
            <div class="stage-words">
              <h1>{pictureText.missing}</h1>
              <p>{pictureText.missingWhy}</p>
              <a class="button filled mt-4" href="/gallery">
                {pictureText.toGallery}
              </a>
            </div>
          )}
          {problem && !missing && (
            <div class="stage-words" role="alert">
              <h1>{problems[problem.code]}</h1>
              <button type="button" class="button filled mt-4" onClick={asked.again}>
                {making.tryAgain}
              </button>
            </div>
          )}
          <Step target={previous} name={pictureText.previous} icon={chevronLeft} side="start" onStep={open} />
          <Step target={next} name={pictureText.next} icon={chevronRight} side="end" onStep={open} />
          {generation && generation.outputs.length > 1 && (
            <ul class="output-strip" aria-label={pictureText.outputs}>
              {generation.outputs.map(({ url, thumbnailUrl, width, height }, at) => (
                <li key={url}>
                  <button
                    type="button"
                    aria-label={pictureText.output(at + 1, generation.outputs.length)}
                    aria-current={at === shown.value}
                    onClick={() => {
                      shown.value = at;
                    }}
                  >
                    <img src={thumbnailUrl} width={width} height={height} alt="" />
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
        {generation && (
          <PictureDetails
            studio={studio}
            router={router}
            generation={generation}
            output={output}
            onRemove={remove}
          />
        )}
      </div>
      {generation && (
        <p role="status" class="sr-only">
          {hasStepped.current ? generation.prompt : ""}
        </p>
      )}
      <Toast studio={studio} />
    </Dialog>
  );
}

/** The picture with this id: the one at hand (`known`), else as the Worker has it, or why it cannot be had. */
function useAsked(studio: Studio, id: string, known: Generation | null) {
  const answer = useSignal<{ id: string; result: Result<Generation> } | null>(null);
  const tries = useSignal(0);
  const result = answer.value?.id === id ? answer.value.result : null;
  const generation = known ?? (result?.ok ? result.value : null);
  const problem = generation || !result || result.ok ? null : result.problem;
  const again = () => {
    tries.value += 1;
  };

  // Kept for when it leaves its list, as a favorite that is removed does. Before the next click, which may do that.
  useLayoutEffect(() => {
    if (known) answer.value = { id, result: { ok: true, value: known } };
  }, [known]);
  useEffect(() => {
    if (known) return;
    let isOver = false;
    void studio.api.prediction(id).then((got) => {
      // Late, it would be about a picture that nobody looks at any more.
      if (isOver) return;
      answer.value = { id, result: got.ok ? { ok: true, value: got.value.generation } : got };
    });
    return () => {
      isOver = true;
    };
  }, [id, tries.value]);
  const failed = useComputed(() => {
    const result = answer.value?.result;
    return result?.ok === false ? result.problem : null;
  });
  useEffect(() => retryFailures({ ...studio, problem: failed, again }), []);
  const isOutOfReach = problem !== null && problem.code !== "not_found";
  const isUp = studio.up.value;
  useEffect(() => {
    if (isOutOfReach && isUp) again();
  }, [isUp]);
  useLayoutEffect(() => {
    const stop = studio.listen({
      changed(news) {
        if (news.id === id && answer.value?.id === id)
          answer.value = { id, result: { ok: true, value: news } };
      },
      dropped(gone) {
        const result = { ok: false, problem: { code: "not_found", detail: "" } } as const;
        if (gone === id) answer.value = { id, result };
      },
    });
    return () => void stop();
  }, [id]);
  return { generation, problem, again };
}

type StepProps = {
  target: Generation | undefined;
  name: string;
  icon: string;
  side: "start" | "end";
  onStep: (target: Generation | undefined) => void;
};

/** Stays at either end, so that the focus is not lost there. */
function Step({ target, name, icon, side, onStep }: StepProps) {
  return (
    <button
      type="button"
      class={`button round glass step step-${side}`}
      aria-label={name}
      title={name}
      aria-disabled={!target}
      onClick={() => onStep(target)}
    >
      <Icon svg={icon} />
    </button>
  );
}
