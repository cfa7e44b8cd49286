/** What failed and what the user can do about it, for each error code, and the announcements for screen readers. */
import { countCodePoints, normalizePrompt } from "../../worker/shared/prompt.ts";
import type { FailureCode } from "../../worker/shared/generations.ts";
import type { Generation, GenerationOptions } from "../../worker/api/schemas/generation.ts";
import type { ApiError, ErrorCode } from "../api/result.ts";
import { createText } from "./create.ts";
import { counted } from "./plural.ts";

type Ended = Pick<Generation, "status" | "error" | "prompt">;

export const errors = {
  /** Why a prompt cannot be sent. */
  promptProblem: (problem: "empty" | "too_long" | "malformed", prompt: string, maxLength: number) =>
    ({
      empty: "Write a prompt first.",
      too_long: `Shorten your prompt by ${counted(
        Math.max(0, countCodePoints(normalizePrompt(prompt)) - maxLength),
        { one: "character", other: "characters" },
      )}.`,
      malformed: "Your prompt contains characters that aren't text.",
    })[problem],
  signInAgain: "Sign in again",
  ended: ({ status, error, prompt }: Ended) => {
    if (status === "succeeded") return `Your image is ready: ${prompt}`;
    return error ? errors.failed(errors.failure(error.code)) : createText.canceled;
  },
  failed: (sentence: string) => `No image: ${sentence}`,
  refunded: "It doesn't count toward today's images.",
  /** Codes of a newer Worker have the sentence of an unknown error. */
  sentence: (code: ErrorCode) => errorSentences[code] ?? errorSentences.invalid_response,
  /** Why a submission was rejected. Of what the studio puts into it, only the options can be invalid. */
  rejected: ({ code, status }: Pick<ApiError, "code" | "status">, options: GenerationOptions) => {
    if (status !== undefined && status < 500) return BLOCKED;
    // Without a reference image a request that is not found ends as deleted.
    if (code === "not_found") return createText.uploadGone;
    return errors.areOptionsRejected(code, options) ? OPTIONS_REJECTED : errors.sentence(code);
  },
  areOptionsRejected: (code: ErrorCode, options: GenerationOptions) =>
    code === "invalid_request" && Object.keys(options).length > 0,
  /** Why a list could not be loaded. With the first codes it is retried automatically. */
  notLoaded: (code: ErrorCode) => {
    if (code === "network_error") return "The studio can't be reached. Check your connection. Retrying…";
    const isOurs = code === "storage_unavailable" || code === "internal" || code === "invalid_response";
    return isOurs ? "The problem is in the studio, not your connection. Retrying…" : errors.sentence(code);
  },
  rejectedAnnouncement: (error: ApiError, options: GenerationOptions) =>
    errors.failed(errors.rejected(error, options)),
  failure: (code: FailureCode) => failureSentences[code] ?? errorSentences.invalid_response,
};

const OPTIONS_REJECTED =
  "This model doesn't support all of these options. You weren't charged. Change or remove them and try again.";

/** A firewall or a gateway responded with an error instead of the Worker. */
const BLOCKED =
  "This request was blocked before it reached the studio. Change the prompt, or try again in another network.";

/** Of requests that the studio itself does not make. */
const UNREADABLE = "The studio couldn't read that request. Reload the page and try again.";

/** Why a request was rejected. "You weren't charged" stands only where that is certain. */
export const errorSentences: Record<ErrorCode, string> = {
  invalid_request: UNREADABLE,
  invalid_prompt: "Your prompt is empty or too long for this model.",
  invalid_model: "This model is no longer available. Choose another one.",
  unauthenticated: "You've been signed out. Sign in to continue. Your prompt is saved.",
  invalid_signature: UNREADABLE,
  forbidden_origin: "This page isn't at the studio's own address. Open the studio there and try again.",
  insufficient_scope: UNREADABLE,
  suspended: "This account is suspended. Please contact the owner of this studio.",
  not_found: "This is no longer here. It may have been deleted.",
  method_not_allowed: UNREADABLE,
  already_finished: "It had already finished.",
  not_ready: "Wait until the image is ready.",
  maximum_reached: "You can't have more of these. Delete one first.",
  idempotency_in_progress: "This image is already being created.",
  payload_too_large: "That's too much text. Shorten your prompt.",
  unsupported_media_type: UNREADABLE,
  content_policy: "This prompt isn't allowed here. You weren't charged. Try rephrasing it.",
  idempotency_mismatch: "This was sent before with a different prompt. Try again.",
  model_unavailable: "Skytells doesn't offer this model right now. You weren't charged. Choose another one.",
  invalid_image: "This file isn't an image that can be read.",
  upstream_rejected: "Skytells didn't accept this request. You weren't charged.",
  limit_reached: "You're creating as many images as your plan allows at once. Your prompt is saved.",
  rate_limited: "Too many requests. Wait a moment and try again.",
  quota_exceeded: "Daily limit reached. Your prompt is saved.",
  internal: "Something went wrong in the studio. Try again.",
  upstream_error:
    "Skytells sent an unclear response, so we don't know yet whether this image is being created.",
  upstream_unavailable:
    "Skytells isn't accepting requests right now. You weren't charged. Try again in a moment.",
  owner_must_act:
    "Skytells isn't accepting this studio's account. You weren't charged. The owner of this studio has to check its key and credit at Skytells.",
  storage_unavailable: "The studio can't reach its storage right now. Try again in a moment.",
  budget_exhausted: "This studio has used all its images for today. Your prompt is saved.",
  upstream_timeout:
    "Skytells didn't respond in time, so we don't know yet whether this image is being created.",
  network_error: "The studio can't be reached. Check your connection and try again.",
  session_redirected: "Your sign-in has expired. Sign in again to continue. Your prompts are saved.",
  invalid_response: "Something went wrong. Try again.",
};

/** Why an accepted generation failed. */
export const failureSentences: Record<FailureCode, string> = {
  content_policy: "Skytells stopped this image under its content policy. Try rephrasing the prompt.",
  upstream_failed: "Skytells couldn't create this image. The same prompt often works the second time.",
  timed_out: "Skytells took too long, so the studio stopped waiting.",
  output_lost: "The image was created, but it was gone before the studio could save it.",
  output_invalid: "Skytells returned a file that isn't an image the studio can save.",
  storage_failed: "The image was created, but the studio couldn't save it.",
  unconfirmed: "Skytells never confirmed this image, so the studio stopped waiting.",
};
