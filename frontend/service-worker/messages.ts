/** Messages from a page to the service worker. */
export type ToWorker =
  /** The id of the signed-in user; "" while signed out. */
  | { owner: string }
  /** The path of a script that the page runs. A waiting worker of another build replies `update`. */
  | { running: string }
  /** The user agreed to the update. */
  | { takeOver: true };

/** Messages from the service worker to a page. */
export type ToPage =
  /** The user clicked a notification: show the page at this path. */
  | { open: string }
  /** The sender waits with another build than the page's. */
  | { update: true };
