import { composerPart } from "../studio/generate/composer.ts";
import { commonText } from "../text/common.ts";
import { usePart } from "../ui/parts.ts";

/** In `public/examples`, painted by the simulator (simulator/art) for the prompts in the same order. */
const IMAGES = ["sailboat", "forest", "aurora", "city"];

/** Shown while the user has no images. A click generates. */
export function Examples({ onGenerate }: { onGenerate: () => void }) {
  const composer = usePart(composerPart);
  return (
    <section class="mx-auto max-w-form in-data-has-images:hidden" aria-labelledby="examples-title">
      <h2 id="examples-title" class="mb-3 text-sm text-muted">
        {commonText.tryOne}
      </h2>
      <ul class="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {IMAGES.map((image, index) => {
          const prompt = commonText.examples[index] ?? "";
          return (
            <li key={image} class="grid">
              <button
                type="button"
                class="flex flex-col overflow-hidden rounded-md border border-line bg-surface text-start text-sm text-muted hover:border-control hover:text-ink"
                onClick={() => {
                  composer.replace(prompt);
                  onGenerate();
                }}
              >
                <img
                  src={`/examples/${image}.webp`}
                  alt=""
                  width={384}
                  height={288}
                  loading="lazy"
                  class="w-full"
                />
                <span class="p-3 text-balance">{prompt}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
