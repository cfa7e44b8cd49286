/** The reference image of the form: a file that is uploaded at once, or one of the user's images. */
import { signal } from "@preact/signals";
import type { Upload } from "../../../worker/api/schemas/upload.ts";
import type { ErrorCode, Result } from "../../api/result.ts";
import type { KeyValueStore } from "../../browser/storage.ts";
import { commonText } from "../../text/common.ts";
import { errors } from "../../text/errors.ts";
import { referenceText } from "../../text/reference.ts";
import type { SessionState } from "../session/session.ts";
import type { Composer } from "./composer.ts";
import type { ChosenReference, FormReference } from "./form-reference.ts";
import { modelWithReference } from "./reference-models.ts";

/** As in the Worker. */
const MAX_BYTES = 10 * 1024 * 1024;
const TYPES = ["image/png", "image/jpeg", "image/webp"];

export type ReferenceDependencies = {
  composer: Composer;
  session: SessionState;
  form: FormReference;
  tabStore: KeyValueStore;
  upload: (
    file: Blob,
    onProgress: (percent: number) => void,
    abort: AbortSignal,
  ) => Promise<Result<{ upload: Upload }>>;
  /** A small copy as a data URL; null if the browser cannot read the file as an image. */
  previewOf: (file: Blob) => Promise<string | null>;
  /** Reads a sentence out to users of screen readers. */
  announce: (sentence: string) => void;
  now: () => number;
};

/** More often, a screen reader would interrupt what it is reading. */
const ANNOUNCE_PROGRESS_EVERY_MS = 3_000;

export function createReference(dependencies: ReferenceDependencies) {
  const { composer, session, form, tabStore, upload, previewOf, announce, now } = dependencies;
  const { chosen } = form;
  /** Of the upload in progress, in percent; null without one. */
  const progress = signal<number | null>(null);
  let abort: AbortController | null = null;
  /** The file of the chosen upload, as long as this page is open. */
  let file: File | null = null;

  function refuse(sentence: string) {
    composer.notice.value = sentence;
  }

  function cancel() {
    abort?.abort();
    abort = null;
    progress.value = null;
  }

  async function send(sent: File): Promise<void> {
    cancel();
    const current = new AbortController();
    abort = current;
    progress.value = 0;
    let announcedAt = now();
    announce(referenceText.uploadStarted);
    const report = (percent: number) => {
      if (current.signal.aborted) return;
      progress.value = percent;
      if (now() - announcedAt < ANNOUNCE_PROGRESS_EVERY_MS) return;
      announcedAt = now();
      announce(referenceText.uploadProgress(percent));
    };
    const preview = await previewOf(sent);
    const result = preview === null ? null : await upload(sent, report, current.signal);
    if (current.signal.aborted) return;
    cancel();
    if (preview === null || result === null) return refuse(referenceText.problems.invalid_image);
    if (!result.ok) return refuse(sentenceOf(result.error.code));
    const { id, expiresAt } = result.value.upload;
    file = sent;
    chosen.value = { body: { upload: id }, expiresAt: Date.parse(expiresAt), preview };
    announce(referenceText.ready);
  }

  /** Why the chosen model takes no reference image, with one that does; null if it takes one. */
  function refusal(): string | null {
    if (composer.supported.value?.reference) return null;
    const other = modelWithReference(composer, session);
    return referenceText.notTaken(commonText.model(composer.model.value), other && commonText.model(other));
  }

  form.problem = (count) => {
    const supported = composer.supported.peek();
    if (!supported?.reference) return null;
    if (progress.peek() !== null) return referenceText.wait;
    const body = chosen.peek()?.body;
    return body && "upload" in body && count > (supported.count ?? 1) ? referenceText.oneAtATime : null;
  };

  return {
    progress,
    refusal,
    cancel() {
      if (progress.peek() !== null) announce(referenceText.canceled);
      cancel();
    },
    /** Uploads the file, and puts it into the form. The reason why not is shown under the form. */
    async add(added: File): Promise<void> {
      composer.notice.value = null;
      const refused = refusal();
      if (refused !== null) return refuse(refused);
      if (!TYPES.includes(added.type)) return refuse(referenceText.problems.unsupported_media_type);
      if (added.size > MAX_BYTES) return refuse(referenceText.problems.payload_too_large);
      await send(added);
    },
    remove() {
      file = null;
      chosen.value = null;
    },
    /**
     * Restores the reference that this user had in this tab, and stores each change. An upload serves one request:
     * after it was sent, the same file is uploaded again for the next one. Returns a function that stops it.
     */
    keep(user: string): () => void {
      const stored = parse(tabStore.get("reference"));
      if (stored && stored.user !== user) chosen.value = null;
      else chosen.value ??= stored?.reference ?? null;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = chosen.subscribe((reference) => {
        clearTimeout(timer);
        tabStore.set("reference", reference && JSON.stringify({ user, reference }));
        if (reference && "generation" in reference.body) file = null;
        if (!reference && file) void send(file);
        if (reference?.expiresAt === undefined) return;
        timer = setTimeout(
          () => {
            file = null;
            chosen.value = null;
            refuse(referenceText.expired);
          },
          Math.max(0, reference.expiresAt - now()),
        );
      });
      return () => {
        clearTimeout(timer);
        stop();
      };
    },
  };
}

export type Reference = ReturnType<typeof createReference>;

const sentenceOf = (code: ErrorCode) =>
  (referenceText.problems as Partial<Record<ErrorCode, string>>)[code] ?? errors.sentence(code);

/** What an earlier version or a person wrote may be anything. */
function parse(stored: string | null): { user: string; reference: ChosenReference } | null {
  try {
    const value = JSON.parse(stored ?? "null") as { user: string; reference: ChosenReference } | null;
    return typeof value?.reference?.body === "object" ? value : null;
  } catch {
    return null;
  }
}
