/** Dragging images onto a collection, with a mouse. The selection bar does the same without one. */
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import folderPlus from "lucide-static/icons/folder-plus.svg?raw";
import { dialogsPart } from "../../studio/dialogs.ts";
import type { ImageList } from "../../studio/images/image-list.ts";
import { collectionsText } from "../../text/collections.ts";
import { Icon } from "../../ui/icon.tsx";
import { usePart } from "../../ui/parts.ts";
import { CollectionRow } from "./collection-list.tsx";
import { useCollections } from "./use-collections.ts";

/** The images that are being dragged. */
export const draggedIds = signal<readonly string[] | null>(null);

/** A selected image is dragged with the whole selection. */
export function onTileDragStart({ target }: DragEvent, { selection, shown }: ImageList): void {
  const id = target instanceof Element ? target.closest("li")?.dataset["id"] : undefined;
  if (id === undefined || !matchMedia("(hover: hover)").matches) return;
  const dragged = selection.ids.peek().has(id)
    ? selection.selected.peek()
    : shown.peek().filter((one) => one.id === id);
  const ids = dragged.flatMap((one) => (one.status === "succeeded" ? [one.id] : []));
  if (ids.length === 0) return;
  document.addEventListener(
    "dragend",
    () => {
      draggedIds.value = null;
    },
    { once: true },
  );
  // Chromium ends a drag if the page changes under the pointer in this event.
  setTimeout(() => {
    draggedIds.value = ids;
  });
}

const TARGET = "flex min-h-control items-center gap-3 rounded-sm px-2 text-sm *:pointer-events-none";

/** Beside the images, while some are being dragged. */
export function DropTargets({ ids }: { ids: readonly string[] }) {
  const dialogs = usePart(dialogsPart);
  const { all, load, add } = useCollections();
  const overId = useSignal<string | null>(null);
  useEffect(() => void load(), []);
  const target = (id: string, onDrop: () => void) => ({
    class: `${TARGET} ${overId.value === id ? "bg-accent-soft text-accent" : ""}`,
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
      overId.value = id;
    },
    onDragLeave: () => {
      if (overId.value === id) overId.value = null;
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      draggedIds.value = null;
      onDrop();
    },
  });
  return (
    <div
      class="fixed end-gutter top-32 z-selection grid max-h-[60dvh] w-72 grid-cols-1 gap-1 overflow-auto rounded-lg border border-line bg-raised p-3 shadow-pop"
      aria-hidden="true"
      data-drop-targets=""
    >
      <p class="px-2 text-sm font-semibold">{collectionsText.drop(ids.length)}</p>
      <ul class="grid grid-cols-1">
        <li
          {...target("new", () => {
            dialogs.collect.value = ids;
          })}
        >
          <span class="grid size-8 place-content-center text-muted">
            <Icon svg={folderPlus} />
          </span>
          <span>{collectionsText.new}…</span>
        </li>
        {all.value?.map((collection) => (
          <li key={collection.id} {...target(collection.id, () => void add(collection.id, ids))}>
            <CollectionRow collection={collection} />
          </li>
        ))}
      </ul>
    </div>
  );
}
