import type { Collection } from "../../../worker/api/schemas/collection.ts";
import { routerPart } from "../../browser/router.ts";
import { dialogsPart } from "../../studio/dialogs.ts";
import { readFilters } from "../../studio/images/filters.ts";
import { collectionsText } from "../../text/collections.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { usePart } from "../../ui/parts.ts";
import { CollectionList } from "./collection-list.tsx";
import { NewCollection } from "./new-collection.tsx";
import { useCollections } from "./use-collections.ts";

/** Adds images to a collection, or takes them out of the one that the gallery shows. */
export function CollectDialog({ ids }: { ids: readonly string[] }) {
  const dialogs = usePart(dialogsPart);
  const { page, search } = usePart(routerPart).route.value;
  const collections = useCollections();
  const shownId = page === "gallery" ? readFilters(search).collection : null;
  const shown = shownId === null ? undefined : collections.find(shownId);
  const close = () => {
    dialogs.collect.value = null;
  };
  // The toast says how it ended.
  const add = ({ id }: Collection) => {
    close();
    void collections.add(id, ids);
  };
  return (
    <Dialog label={collectionsText.addTo(ids.length)} class="modal" onClose={close}>
      <div class="grid grid-cols-1 gap-4">
        <h2 class="text-lg font-semibold">{collectionsText.addTo(ids.length)}</h2>
        <CollectionList currentId={null} labelOf={collectionsText.addToOne} onChoose={add} />
        <NewCollection onCreated={add} />
        {shown && (
          <button
            type="button"
            class="button plain py-2 whitespace-normal wrap-anywhere"
            onClick={() => {
              close();
              void collections.take(shown.id, ids);
            }}
          >
            {collectionsText.takeFrom(shown.name)}
          </button>
        )}
        <button type="button" class="button quiet" onClick={close}>
          {collectionsText.close}
        </button>
      </div>
    </Dialog>
  );
}
