/** What a page tells the service worker. */
export type ToWorker =
  /** Who is signed in here; "" is nobody. */
  | { owner: string }
  /** Which script the page runs. Through the port comes whether this worker's studio is another one. */
  | { running: string }
  /** The person agreed to the new version. */
  | { takeOver: true };

/** What the service worker tells a page: a picture of this address was asked for, outside the page. */
export type ToPage = { open: string };
