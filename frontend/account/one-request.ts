import { signal } from "@preact/signals";

/** The requests of one section of the page, of which one is under way at a time. `E`: why one failed. */
export function createOneRequest<E>() {
  const error = signal<E | null>(null);
  const isBusy = signal(false);
  return {
    /** Shown until the next request. */
    error,
    isBusy,
    /** Whether it was done: not while another one is under way. */
    async once(request: () => Promise<E | null>): Promise<boolean> {
      if (isBusy.value) return false;
      isBusy.value = true;
      error.value = null;
      try {
        error.value = await request();
        return error.value === null;
      } finally {
        isBusy.value = false;
      }
    },
  };
}
