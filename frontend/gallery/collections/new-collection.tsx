import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import folderPlus from "lucide-static/icons/folder-plus.svg?raw";
import type { Collection } from "../../../worker/api/schemas/collection.ts";
import { collectionsText } from "../../text/collections.ts";
import { Icon } from "../../ui/icon.tsx";
import { NameForm } from "./name-form.tsx";
import { useCollections } from "./use-collections.ts";

/** A button that becomes a form for the name of a new collection. */
export function NewCollection({ onCreated }: { onCreated: (collection: Collection) => void }) {
  const collections = useCollections();
  const isOpen = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen.value) button.current?.focus();
    wasOpen.current = isOpen.value;
  }, [isOpen.value]);
  const close = () => {
    isOpen.value = false;
  };
  if (!isOpen.value) {
    return (
      <button
        ref={button}
        type="button"
        class="button plain"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        <Icon svg={folderPlus} />
        {collectionsText.new}
      </button>
    );
  }
  return (
    <NameForm
      submit={collectionsText.create}
      onCancel={close}
      onSubmit={async (name) => {
        const created = await collections.create(name);
        if (!created.ok) return created.error;
        close();
        onCreated(created.value);
        return null;
      }}
    />
  );
}
