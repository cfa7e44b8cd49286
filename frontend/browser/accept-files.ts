/** Calls `add` with a file that is dropped on the page or pasted. Returns a function that stops it. */
export function acceptFiles(add: (file: File) => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  /** An element of this page is dragged: its image is not meant for the form. */
  let isOwnDrag = false;
  const accept = (event: Event, transfer: DataTransfer | null) => {
    const [file] = transfer?.files ?? [];
    if (!file || isOwnDrag || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    add(file);
  };
  addEventListener("dragstart", () => (isOwnDrag = true), { signal });
  addEventListener("dragend", () => (isOwnDrag = false), { signal });
  addEventListener(
    "dragover",
    (event) => {
      if (!isOwnDrag && event.dataTransfer?.types.includes("Files")) event.preventDefault();
    },
    { signal },
  );
  addEventListener("drop", (event) => accept(event, event.dataTransfer), { signal });
  addEventListener(
    "paste",
    (event) => {
      // Office programs add an image of the copied text.
      if (!event.clipboardData?.types.includes("text/plain")) accept(event, event.clipboardData);
    },
    { signal },
  );
  return () => end.abort();
}
