import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import folder from "lucide-static/icons/folder.svg?raw";
import type { Collection } from "../../../worker/api/schemas/collection.ts";
import { foldText } from "../../../worker/shared/fold-text.ts";
import { smallUrl } from "../../../worker/shared/tile-image.ts";
import { collectionsText } from "../../text/collections.ts";
import { errors } from "../../text/errors.ts";
import { Icon } from "../../ui/icon.tsx";
import { useCollections } from "./use-collections.ts";

/** Up to this number a list needs no search field. */
const SHORT_LIST = 8;

type Props = {
  /** The collection that the gallery shows. */
  currentId: string | null;
  /** What a click on this collection does, for screen readers; by default its name says it. */
  labelOf?: (name: string) => string;
  onChoose: (collection: Collection) => void;
};

/** All collections as buttons, with a search field where there are many. Loads them each time that it is opened. */
export function CollectionList({ currentId, labelOf, onChoose }: Props) {
  const { all, error, load } = useCollections();
  const query = useSignal("");
  useEffect(() => void load(), []);

  const known = all.value;
  if (known === null) {
    if (!error.value) return <p class="text-sm text-muted">{collectionsText.loading}</p>;
    return (
      <div role="alert" class="grid justify-items-start gap-2 text-sm">
        <p>{errors.sentence(error.value.code)}</p>
        <button type="button" class="button plain small" onClick={() => void load()}>
          {collectionsText.tryAgain}
        </button>
      </div>
    );
  }
  if (known.length === 0) {
    return (
      <div class="text-sm">
        <p class="font-medium">{collectionsText.none}</p>
        <p class="text-muted">{collectionsText.noneWhy}</p>
      </div>
    );
  }
  const found = known.filter(({ name }) => foldText(name).includes(foldText(query.value.trim())));
  return (
    <div class="grid min-h-0 grid-cols-1 gap-2">
      {known.length > SHORT_LIST && (
        <input
          type="search"
          class="field text-sm"
          aria-label={collectionsText.search}
          placeholder={collectionsText.search}
          autocomplete="off"
          dir="auto"
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
        />
      )}
      <ul
        class="-mx-2 grid max-h-[45dvh] grid-cols-1 content-start overflow-auto"
        aria-label={collectionsText.title}
      >
        {found.map((collection) => (
          <li key={collection.id}>
            <button
              type="button"
              class="flex min-h-control w-full items-center gap-3 rounded-sm px-2 text-start text-sm hover:bg-sunken focus-visible:-outline-offset-2 aria-[current=true]:bg-accent-soft aria-[current=true]:text-accent"
              aria-label={labelOf && `${labelOf(collection.name)} ${collectionsText.count(collection.count)}`}
              aria-current={collection.id === currentId}
              title={collection.name}
              onClick={() => onChoose(collection)}
            >
              <CollectionRow collection={collection} />
            </button>
          </li>
        ))}
      </ul>
      <p role="status" class="text-sm text-muted not-empty:pb-1">
        {found.length === 0 ? collectionsText.noneFound : ""}
      </p>
    </div>
  );
}

/** Cover, name and count. */
export function CollectionRow({ collection: { name, count, cover } }: { collection: Collection }) {
  return (
    <>
      <span class="grid size-8 flex-none place-content-center overflow-hidden rounded-sm bg-sunken text-muted">
        {cover === undefined ? (
          <Icon svg={folder} />
        ) : (
          <img
            class="size-8 object-cover"
            src={smallUrl(cover)}
            alt=""
            width={32}
            height={32}
            loading="lazy"
          />
        )}
      </span>
      <bdi class="truncate">{name}</bdi>
      <span class="ms-auto flex-none text-muted nums">{collectionsText.count(count)}</span>
    </>
  );
}
