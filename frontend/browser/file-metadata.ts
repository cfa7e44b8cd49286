/** The setting whether downloaded files contain their prompt and settings, and the downloads that it applies to. */
import type { KeyValueStore } from "./storage.ts";

const KEY = "file-metadata";

export const hasFileMetadata = (store: KeyValueStore): boolean => store.get(KEY) === "on";

export function setFileMetadata(store: KeyValueStore, isOn: boolean): void {
  store.set(KEY, isOn ? "on" : null);
}

/** The URL of an original as a file to keep. */
export const downloadUrl = (store: KeyValueStore, url: string): string =>
  `${url}?download${hasFileMetadata(store) ? "&metadata=1" : ""}`;

/** Download links get the setting with the click: it may have changed since they were rendered. */
export function applyToDownloadLinks(store: KeyValueStore): void {
  const onClick = ({ target }: MouseEvent) => {
    const link =
      target instanceof Element && target.closest<HTMLAnchorElement>('a[download][href^="/images/"]');
    if (link) link.href = downloadUrl(store, link.pathname);
  };
  // Before all other listeners, which may read the link.
  document.addEventListener("click", onClick, { capture: true });
}
