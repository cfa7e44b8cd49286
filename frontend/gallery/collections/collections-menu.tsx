import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Collection } from "../../../worker/api/schemas/collection.ts";
import type { Filters } from "../../studio/images/filters.ts";
import { toastsPart } from "../../studio/toasts.ts";
import { collectionsText } from "../../text/collections.ts";
import { usePart } from "../../ui/parts.ts";
import { ToolbarMenu } from "../toolbar-menu.tsx";
import { CollectionList } from "./collection-list.tsx";
import { NameForm } from "./name-form.tsx";
import { NewCollection } from "./new-collection.tsx";
import { useCollections } from "./use-collections.ts";

type Props = { filters: Filters; onFilter: (changes: Partial<Filters>) => void };

/** Chooses the collection that the gallery shows; creates, renames and deletes collections. */
export function CollectionsMenu({ filters, onFilter }: Props) {
  const { find } = useCollections();
  const menu = useRef<HTMLDivElement>(null);
  const isOpen = useSignal(false);
  const current = filters.collection === null ? undefined : find(filters.collection);
  const choose = (collection: string | null) => {
    menu.current?.hidePopover();
    onFilter({ collection });
  };
  return (
    <ToolbarMenu
      id="collections"
      menu={menu}
      onToggle={(open) => {
        isOpen.value = open;
      }}
    >
      {isOpen.value && (
        <>
          {current && <Current key={current.id} collection={current} onDeleted={() => choose(null)} />}
          {filters.collection !== null && (
            <button type="button" class="button plain" onClick={() => choose(null)}>
              {collectionsText.allImages}
            </button>
          )}
          <CollectionList currentId={filters.collection} onChoose={({ id }) => choose(id)} />
          <NewCollection onCreated={() => {}} />
        </>
      )}
    </ToolbarMenu>
  );
}

/** The collection that the gallery shows: its name, and forms to rename and to delete it. */
function Current({ collection, onDeleted }: { collection: Collection; onDeleted: () => void }) {
  const collections = useCollections();
  const { show } = usePart(toastsPart);
  const { id, name } = collection;
  const form = useSignal<"rename" | "delete" | null>(null);
  const error = useSignal<string | null>(null);
  const renameButton = useRef<HTMLButtonElement>(null);
  const deleteButton = useRef<HTMLButtonElement>(null);
  const confirmButton = useRef<HTMLButtonElement>(null);
  const shownForm = useRef(form.value);
  // The button that opened a form is replaced by it, and gets the focus back.
  useLayoutEffect(() => {
    if (form.value === "delete") confirmButton.current?.focus();
    if (form.value === null && shownForm.current !== null) {
      (shownForm.current === "rename" ? renameButton : deleteButton).current?.focus();
    }
    shownForm.current = form.value;
  }, [form.value]);
  const close = () => {
    form.value = null;
    error.value = null;
  };

  async function confirmDelete() {
    const failure = await collections.delete(id);
    error.value = failure && collectionsText.error(failure.code);
    if (failure) return;
    show(collectionsText.deleted(name));
    onDeleted();
  }

  if (form.value === "rename") {
    return (
      <NameForm
        initial={name}
        submit={collectionsText.save}
        onCancel={close}
        onSubmit={async (next) => {
          const failure = await collections.rename(id, next);
          if (!failure) close();
          return failure;
        }}
      />
    );
  }
  if (form.value === "delete") {
    return (
      <div class="grid gap-2 text-sm wrap-anywhere">
        <p>{collectionsText.deleteQuestion(name)}</p>
        <p role="alert" class="text-danger">
          {error.value}
        </p>
        <div class="flex flex-wrap gap-2">
          <button
            ref={confirmButton}
            type="button"
            class="button filled danger small touch:min-h-control"
            onClick={() => void confirmDelete()}
          >
            {collectionsText.deleteConfirmed}
          </button>
          <button type="button" class="button plain small touch:min-h-control" onClick={close}>
            {collectionsText.cancel}
          </button>
        </div>
      </div>
    );
  }
  return (
    <div class="grid gap-2">
      <p class="font-semibold wrap-anywhere">
        <bdi>{name}</bdi>
      </p>
      <div class="flex gap-2">
        <button
          ref={renameButton}
          type="button"
          class="button plain small touch:min-h-control"
          onClick={() => {
            form.value = "rename";
          }}
        >
          {collectionsText.rename}
        </button>
        <button
          ref={deleteButton}
          type="button"
          class="button plain danger small touch:min-h-control"
          onClick={() => {
            form.value = "delete";
          }}
        >
          {collectionsText.delete}
        </button>
      </div>
    </div>
  );
}
