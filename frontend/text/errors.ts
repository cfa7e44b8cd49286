/** Part of the text catalogue: what the studio tells as it happens, and each cause of a failure with what one can do about it. */
import { countCodePoints, type FailureCode, normalizePrompt } from "../../worker/catalog.ts";
import type { Generation, GenerationOptions } from "../../worker/contract.ts";
import type { TroubleCode } from "../api/result.ts";
import { making } from "./create.ts";
import { counted } from "./plural.ts";

type Ended = Pick<Generation, "status" | "error" | "prompt">;

export const told = {
  /** Why a prompt cannot be sent. */
  promptProblem: (problem: "empty" | "too_long" | "malformed", prompt: string, maxLength: number) =>
    ({
      empty: "Write a prompt first.",
      too_long: `Shorten your prompt by ${counted(
        Math.max(0, countCodePoints(normalizePrompt(prompt)) - maxLength),
        { one: "character", other: "characters" },
      )}.`,
      malformed: "The prompt contains characters that are not text.",
    })[problem],
  putAside: "What you were writing was put aside.",
  putBack: "Put it back",
  signInAgain: "Sign in again",
  ended: ({ status, error, prompt }: Ended) => {
    if (status === "succeeded") return `Your picture is ready: ${prompt}`;
    return error ? told.failed(told.failure(error.code)) : making.canceled;
  },
  failed: (sentence: string) => `No picture: ${sentence}`,
  waits: (prompt: string) => `Up next, starts by itself: ${prompt}`,
  uncounted: "It doesn't count against today's pictures.",
  waitingFull: "Up next is full. Your prompt is kept here.",
  /** A code that only a newer Worker knows has no words of its own. */
  problem: (code: TroubleCode) => problems[code] ?? problems.bad_answer,
  /** A refused order's cause: what the studio itself puts together can only be wrong in its options. */
  refused: (code: TroubleCode, options: GenerationOptions) =>
    code === "invalid_request" && Object.keys(options).length > 0 ? optionRefused : told.problem(code),
  /** Why a list could not be read. With these codes it is read again automatically. */
  notLoaded: (code: TroubleCode) => {
    if (code === "offline") return "The studio can't be reached. Check your connection. Retrying…";
    const isOurs = code === "storage_unavailable" || code === "internal" || code === "bad_answer";
    return isOurs ? "The problem is in the studio, not your connection. Retrying…" : told.problem(code);
  },
  failure: (code: FailureCode) => failures[code] ?? problems.bad_answer,
};

const optionRefused =
  "This model doesn't take all the options that were set. Nothing was made, and it cost nothing. Try again without them, or change them.";

/** Why a request was refused. What says that nothing was made says so because it is known. */
export const problems: Record<TroubleCode, string> = {
  invalid_request: "The studio didn't understand that request. Reload the page and try again.",
  invalid_prompt: "Your prompt is empty or too long for this model.",
  invalid_model: "This model isn't on offer any more. Choose another one.",
  unauthenticated: "You've been signed out. Sign in to go on; your prompt is kept.",
  invalid_signature: "The studio couldn't verify that message.",
  forbidden_origin: "This page is not at the studio's own address. Open the studio there and try again.",
  suspended: "This account is on hold. Ask whoever runs this studio.",
  not_found: "This isn't here any more. It may have been deleted.",
  method_not_allowed: "The studio can't do that. Reload the page and try again.",
  already_finished: "It had already finished.",
  not_ready: "That works as soon as the picture is ready.",
  idempotency_in_progress: "This picture is already on its way.",
  payload_too_large: "That is too much text. Shorten the prompt.",
  unsupported_media_type: "The studio didn't understand that request. Reload the page and try again.",
  content_policy:
    "This prompt goes against what may be made here. Nothing was made, and it cost nothing. Try other words.",
  idempotency_mismatch: "This was sent before with other words. Try again.",
  model_unavailable:
    "Skytells doesn't offer this model right now. Nothing was made, and it cost nothing. Choose another one.",
  upstream_rejected: "Skytells didn't accept this request. Nothing was made, and it cost nothing.",
  limit_reached: "You're making as many pictures as your plan allows at once. Your prompt is kept.",
  rate_limited: "That was a lot in one minute. Wait a moment, then go on.",
  quota_exceeded: "These were today's pictures on your plan. Your prompt is kept.",
  internal: "Something went wrong in the studio. Try again.",
  upstream_error: "Skytells gave an unclear answer, so it isn't certain that this picture is being made.",
  upstream_unavailable:
    "Skytells can't take pictures on right now. Nothing was made, and it cost nothing. Try again in a moment.",
  owner_must_act:
    "Skytells declines this studio's account. Nothing was made, and it cost nothing. Ask the studio's owner to check its key and credit at Skytells.",
  storage_unavailable: "The studio can't reach its storage right now. Try again in a moment.",
  budget_exhausted: "This studio has made all its pictures for today. Your prompt is kept.",
  upstream_timeout: "Skytells didn't answer in time, so it isn't certain that this picture is being made.",
  offline: "The studio can't be reached. Check your connection and try again.",
  session_redirected: "Your sign-in has expired. Sign in again to continue; your prompts are kept.",
  bad_answer: "Something went wrong in the studio. Try again.",
};

/** Why a picture that was taken on did not come. */
export const failures: Record<FailureCode, string> = {
  content_policy: "Skytells stopped this picture under its content policy. Try other words.",
  upstream_failed: "Skytells couldn't make this picture. The same prompt often works the second time.",
  timed_out: "Skytells took too long, so the studio stopped waiting.",
  output_lost: "The picture was made, but it was gone before the studio could save it.",
  output_invalid: "What came back wasn't a picture that the studio can keep.",
  storage_failed: "The picture was made, but the studio couldn't save it.",
  unconfirmed: "Skytells never confirmed this picture, so the studio stopped waiting.",
};
