import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import type { Generation } from "../../worker/contract.ts";
import { picturePath } from "../browser/router.ts";
import { toggleFavorite } from "../studio/favorites.ts";
import type { Studio } from "../studio/studio.ts";
import { making } from "../text/create.ts";
import { Icon } from "../ui/icon.tsx";
import { Photo } from "../ui/thumbnail.tsx";

type Props = { studio: Studio; generation: Generation; large: boolean };

/** A finished picture: a way in, and what one most often wants with it. */
export function PictureCard({ studio, generation, large }: Props) {
  const { id, prompt, favorite } = generation;
  return (
    <>
      <a href={picturePath(id)} class="picture" aria-label={making.open(prompt)}>
        <Photo generation={generation} sizes={large ? "(width < 48rem) 100vw, 26rem" : "26rem"} />
      </a>
      {favorite && (
        <span class="card-mark" aria-hidden="true">
          <Icon svg={heart} />
        </span>
      )}
      <div class="actions overlay">
        <p class="overlay-prompt" dir="auto">
          {prompt}
        </p>
        <button
          type="button"
          class="button round glass small"
          aria-label={making.favorite}
          title={making.favorite}
          aria-pressed={favorite}
          onClick={() => void toggleFavorite(studio, generation)}
        >
          <Icon svg={heart} />
        </button>
        <button
          type="button"
          class="button round glass small"
          aria-label={making.share}
          title={making.share}
          onClick={() => {
            studio.sharing.value = generation;
          }}
        >
          <Icon svg={share} />
        </button>
        <a
          class="button round glass small"
          href={`${generation.outputUrl}?download`}
          download
          aria-label={making.download}
          title={making.download}
        >
          <Icon svg={download} />
        </a>
      </div>
    </>
  );
}
