type Handlers = {
  /** A file was dropped on the page or pasted. */
  add: (file: File) => void;
  /** Files are dragged over the page, or no longer. */
  onDrag: (isOver: boolean) => void;
};

/** Accepts files from outside the page. Returns a function that stops it. */
export function acceptFiles({ add, onDrag }: Handlers): () => void {
  const end = new AbortController();
  const { signal } = end;
  /** An element of this page is dragged: its image is not meant for the form. */
  let isOwnDrag = false;
  const isIgnored = () => isOwnDrag || document.querySelector("dialog[open]") !== null;
  const accept = (event: Event, transfer: DataTransfer | null) => {
    const [file] = transfer?.files ?? [];
    if (!file || isIgnored()) return;
    event.preventDefault();
    add(file);
  };
  addEventListener("dragstart", () => (isOwnDrag = true), { signal });
  addEventListener("dragend", () => (isOwnDrag = false), { signal });
  addEventListener(
    "dragover",
    (event) => {
      if (isOwnDrag || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      onDrag(!isIgnored());
    },
    { signal },
  );
  addEventListener(
    "dragleave",
    ({ relatedTarget }) => {
      // It has left the window.
      if (relatedTarget === null) onDrag(false);
    },
    { signal },
  );
  addEventListener(
    "drop",
    (event) => {
      onDrag(false);
      accept(event, event.dataTransfer);
    },
    { signal },
  );
  addEventListener(
    "paste",
    (event) => {
      // Office programs add an image of the copied text.
      if (!event.clipboardData?.types.includes("text/plain")) accept(event, event.clipboardData);
    },
    { signal },
  );
  return () => {
    end.abort();
    onDrag(false);
  };
}
