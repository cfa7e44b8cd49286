/** The checks of a create that need no slot: rate, session, blocked words, the studio's cap, the model's schema. */
import { ok, type Refusal, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import type { GenerateBody } from "../../api/schemas/requests/generation.ts";
import { principalOf } from "../../auth/principal.ts";
import { type AdmissionFacts, admissionFacts, dayOf } from "../../db/users.ts";
import { hasBlockedWord } from "../../lib/blocked-words.ts";
import type { Plan } from "../../shared/plans.ts";
import { countCodePoints } from "../../shared/prompt.ts";
import { withStyle } from "../../shared/styles.ts";
import {
  asksForOptions,
  exceededPromptLength,
  type InputSchema,
  optionsIn,
  unsupportedOption,
} from "../../skytells/model-options.ts";
import { isLoopback, type Settings } from "../../config/settings.ts";
import type { StudioContext } from "../context.ts";
import { findReference, type Reference } from "./reference.ts";
import { usableSchema } from "../model-schemas.ts";
import { countOfImages } from "../plan-limits.ts";
import type { GenerateCommand } from "../rpc.ts";

/** `schema` is null while Skytells has never sent it. */
export type Checked = {
  plan: Plan;
  schema: InputSchema | null;
  /** Null: the request names none. */
  reference: Reference | null;
};

export async function check(
  context: StudioContext,
  { claim, body, origin }: GenerateCommand,
  isWithinRate: () => Promise<boolean>,
): Promise<Result<Checked>> {
  if (!(await isWithinRate())) {
    return refuse("rate_limited", "Too many requests. Try again in a minute.", { retryAfterSeconds: 60 });
  }
  const facts = await readFacts(context, claim.userId, body);
  if (!facts) {
    return refuse(
      "storage_unavailable",
      "The studio's storage is not available right now. Nothing was generated.",
    );
  }
  if (facts.user) context.revocations.endSessions(facts.user.sessionEpoch);
  const principal = principalOf(facts.user, claim);
  if (!principal.ok) return principal;
  // Not the negative prompt, which may name what the image should not show.
  if (hasBlockedWord(body.prompt, context.settings.blockedWords)) {
    return refuse("content_policy", "This prompt contains words that this studio doesn't allow.");
  }
  const capped = studioCapRefusal(facts, body.count ?? 1, context);
  if (capped) return { ok: false, refusal: capped };
  const schema = await usableSchema(context, body.model, facts.schema, context.waitUntil);
  const rejected = rejectedBySchema(schema, body);
  if (rejected) return { ok: false, refusal: rejected };
  const isUpscaler = context.settings.models.some(({ id, upscale }) => upscale && id === body.model);
  if (isUpscaler && !body.reference) {
    return refuse("invalid_request", "reference: this model enlarges an image, and needs one.");
  }
  if (!body.reference) return ok({ plan: facts.plan, schema, reference: null });
  if (origin === null || !isReachableBySkytells(origin, context.settings))
    return { ok: false, refusal: NOT_REACHABLE };
  const found = await findReference(context, body.reference);
  return found.ok ? ok({ plan: facts.plan, schema, reference: found.value }) : found;
}

const NOT_REACHABLE: Refusal = {
  code: "upstream_unavailable",
  detail:
    "The image service cannot fetch a reference image from this studio's address. PUBLIC_URL must be an https address that it can reach.",
  ownerMustAct: true,
};

/** Skytells can reach public https origins; a simulator on this machine can reach loopback. */
export function isReachableBySkytells(origin: string, settings: Settings): boolean {
  const url = new URL(origin);
  return isLoopback(url.hostname) ? settings.skytells.loopback : url.protocol === "https:";
}

/** Null: D1 did not answer. */
async function readFacts({ db, settings, now }: StudioContext, userId: string, { model }: GenerateBody) {
  try {
    return await admissionFacts(db, userId, dayOf(now()), { apiUrl: settings.skytells.url, slug: model });
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return null;
  }
}

function studioCapRefusal(
  { createdToday, isPaused }: AdmissionFacts,
  count: number,
  { settings, now }: StudioContext,
): Refusal | null {
  const cap = settings.maxGenerationsPerDay;
  if (cap === -1 || isPaused) return { code: "budget_exhausted", detail: "This studio is paused." };
  if (cap === 0 || createdToday + count <= cap) return null;
  const tomorrow = new Date(now()).setUTCHours(24, 0, 0, 0);
  const left = cap - createdToday;
  return {
    code: "budget_exhausted",
    detail:
      left > 0
        ? `This studio can generate ${countOfImages(left)} more today, and you asked for ${count}.`
        : "This studio has reached its daily limit of images.",
    retryAfterSeconds: (tomorrow - now()) / 1000,
  };
}

/** Rejects what the model does not accept, and options while its schema is unknown. */
function rejectedBySchema(schema: InputSchema | null, body: GenerateBody): Refusal | null {
  const maxLength = exceededPromptLength(schema, body);
  if (maxLength !== null) {
    const added = countCodePoints(withStyle("", body.style));
    return {
      code: "invalid_prompt",
      detail:
        added === 0
          ? `With this model a prompt has at most ${maxLength} characters.`
          : `With this model, a prompt has at most ${maxLength} characters, of which the style needs ${added}.`,
    };
  }
  if (schema === null && asksForOptions(body)) {
    return {
      code: "upstream_unavailable",
      detail: "The options of this model are not known right now. Nothing was generated.",
      retryAfterSeconds: 30,
    };
  }
  const unsupported = unsupportedOption(schema, body);
  if (unsupported === "count") {
    const { count: most = 1 } = optionsIn(schema);
    const detail = `This model does not generate ${body.count} images at once; the most is ${most}.`;
    return { code: "invalid_request", detail };
  }
  return unsupported && { code: "invalid_request", detail: `This model does not take ${unsupported}.` };
}
