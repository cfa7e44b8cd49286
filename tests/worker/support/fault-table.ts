/**
 * Behaviors of Skytells and the expected end of the generation. One row per mood of the simulator, or per combination of
 * moods; every row holds for every model.
 */
import type { FailureCode, GenerationStatus } from "../../../worker/shared/generations.ts";
import type { ProblemCode } from "../../../worker/shared/error-codes.ts";
import { CREATE_STATUSES, CALL_ERRORS } from "../../../simulator/moods.ts";

export type Row = {
  moods: string;
  /** The response of Generate. */
  response: 202 | ProblemCode;
  /** How it ends for the user: a status, or why it failed; nothing was made; it was deleted. */
  end: Exclude<GenerationStatus, "queued" | "processing" | "failed"> | FailureCode | "rejected" | "deleted";
  /** Creates that reach Skytells for this one click, and predictions that they make. */
  creates: number;
  made: 0 | 1;
  /** Images that are stored. */
  stored: number;
  /** The status of the responses to its webhooks. */
  webhooks: number;
  /** What the user does: at once where it is under way, else when it has ended. */
  does?: "cancel" | "delete";
  /** Many megabytes: in the long form only. */
  isHeavy?: true;
};

type Rest = Partial<Omit<Row, "moods" | "end">>;

function row(moods: string, end: Row["end"], rest: Rest = {}): Row {
  const stored = end === "succeeded" ? 1 : 0;
  return { moods, response: 202, end, creates: 1, made: 1, stored, webhooks: 200, ...rest };
}

const succeeded = (moods: string, rest?: Rest) => row(moods, "succeeded", rest);

/** Rejected: nothing was created, and the response has the reason. */
const rejected = (moods: string, response: ProblemCode, rest?: Rest) =>
  row(moods, "rejected", { response, made: 0, ...rest });

/** Unconfirmed, and nothing was created. */
const givenUp = (moods: string, response: ProblemCode) => row(moods, "unconfirmed", { response, made: 0 });

/** Unconfirmed, but created, and found. */
const found = (moods: string, response: ProblemCode = "upstream_timeout", rest?: Rest) =>
  succeeded(moods, { response, ...rest });

/** Only the alarm can find out. */
const withoutWebhook = (moods: string) => `delay=0.1,webhook-lost,${moods}`;
const UNCONFIRMED: Partial<Record<(typeof CREATE_STATUSES)[number], ProblemCode>> = {
  408: "upstream_error",
  500: "upstream_error",
  502: "upstream_error",
  504: "upstream_timeout",
};
const REJECTED: Partial<Record<(typeof CREATE_STATUSES)[number], ProblemCode>> = {
  400: "upstream_rejected",
  401: "upstream_unavailable",
  402: "upstream_unavailable",
  403: "upstream_unavailable",
  404: "model_unavailable",
  422: "upstream_rejected",
  429: "upstream_unavailable",
  451: "content_policy",
  503: "upstream_unavailable",
};

const creates = CREATE_STATUSES.flatMap((status): Row[] => {
  const rejection = REJECTED[status];
  const unconfirmed = UNCONFIRMED[status];
  if (status === 429) {
    // The only status after which the create is sent again, once: nothing was created.
    return [
      rejected("create-429", "upstream_unavailable", { creates: 2 }),
      rejected("create-429=30", "upstream_unavailable"),
      succeeded("create-429-once", { creates: 2 }),
    ];
  }
  if (rejection)
    return [rejected(`create-${status}`, rejection), rejected(`create-${status}-once`, rejection)];
  if (!unconfirmed) throw new Error(`The table does not say what ${status} means.`);
  return [
    givenUp(`create-${status}`, unconfirmed),
    givenUp(`create-${status}-once`, unconfirmed),
    found(`create-${status}=created`, unconfirmed),
  ];
});

const run = [
  succeeded("output-tiny"),
  row("failed", "upstream_failed"),
  row("nsfw", "content_policy"),
  row("failed,error-object", "upstream_failed"),
  row("nsfw,error-object", "content_policy"),
  rejected("refused", "content_policy"),
  succeeded("slow"),
  row("stuck", "timed_out"),
  succeeded("delay=0.3"),
  succeeded("terminal"),
  row("terminal,failed", "upstream_failed"),
  ...["pending", "created", "starting", "started", "running", "dreaming", "completed", "SUCCEEDED"].map(
    (status) => succeeded(`status=${status}`),
  ),
  ...["error", "failed"].map((status) => row(`status=${status}`, "upstream_failed")),
  ...["canceled", "cancelled", "aborted"].map((status) => row(`status=${status}`, "canceled")),
];

const responses = [
  ...creates,
  succeeded("create-200"),
  succeeded("create-202"),
  succeeded("create-status-false"),
  found("create-unparsable", "upstream_error"),
  found("create-empty", "upstream_error"),
  givenUp("create-html", "upstream_error"),
  found("create-html=created", "upstream_error"),
  givenUp("create-envelope", "upstream_error"),
  found("create-envelope=created", "upstream_error"),
  found("answer-lost"),
  givenUp("answer-never", "upstream_timeout"),
  succeeded("answer-slow=0.5"),
  found("answer-slow=5"),
  rejected("errors=older,create-422", "upstream_rejected"),
  rejected("errors=flat,create-451", "content_policy"),
  rejected("errors=lower,create-404", "model_unavailable"),
  rejected("errors=text,create-400", "upstream_rejected"),
  rejected("errors=older,create-503", "upstream_unavailable"),
  rejected("errors=flat,create-503", "upstream_unavailable"),
  // Some gateways say 503 in JSON, and know nothing of what stands behind them.
  found("errors=text,create-503=created", "upstream_error"),
  found("errors=older,create-500=created", "upstream_error"),
];

const webhooks = [
  succeeded("webhook-held"),
  succeeded("webhook-lost"),
  succeeded("webhook-doubled"),
  succeeded("webhook-out-of-order"),
  succeeded("webhook-early,answer-slow=0.5"),
  succeeded("webhook-unsigned", { webhooks: 401 }),
  succeeded("webhook-wrong-key", { webhooks: 401 }),
  succeeded("webhook-bare"),
  succeeded("webhook-sdk"),
  succeeded("webhook-minimal"),
  succeeded("webhook-prefixed"),
  succeeded("webhook-large", { webhooks: 413 }),
  succeeded("webhook-garbled", { webhooks: 400 }),
  found("webhook-field-absent,webhook-lost,answer-lost"),
  found("webhook-field-string,webhook-lost,answer-lost"),
];

const calls = [
  ...CALL_ERRORS.map((how) => succeeded(withoutWebhook(`get-${how}=1`))),
  succeeded(withoutWebhook("get-unknown=1")),
  row(withoutWebhook("failed,get-502-failed"), "upstream_failed"),
  row(withoutWebhook("failed,get-502-failed,errors=flat"), "upstream_failed"),
  ...CALL_ERRORS.map((how) => found(`answer-lost,webhook-lost,list-${how}=2`)),
  found("answer-lost,webhook-lost,list-bare"),
  ...CALL_ERRORS.map((how) => row(`stuck,cancel-${how}=1`, "canceled", { does: "cancel" })),
  row("stuck,cancel-unknown=1", "canceled", { does: "cancel" }),
  row("stuck,cancel-success", "canceled", { does: "cancel" }),
  row("delay=0.7,cancel-ignored", "canceled", { does: "cancel" }),
  ...CALL_ERRORS.map((how) => row(`delete-${how}=1`, "deleted", { does: "delete" })),
  row("delete-unknown=1", "deleted", { does: "delete" }),
  row("stuck,cancel-500=1,delete-500=1", "deleted", { does: "delete" }),
];

const outputs = [
  row("output-404", "output_lost"),
  row("output-none", "output_lost"),
  row("output-short", "output_lost"),
  row("output-cut", "output_lost"),
  row("output-empty", "output_invalid"),
  row("output-html", "output_invalid"),
  row("output-svg", "output_invalid"),
  row("output-foreign", "output_invalid"),
  row("output-redirect-foreign", "output_invalid"),
  row("output-redirect-loop", "output_invalid"),
  row("output-large=65", "output_invalid", { isHeavy: true }),
  row("output-endless=400", "output_invalid", { isHeavy: true }),
  ...["404-once", "500-once", "redirect", "gzip", "no-length", "jpeg", "webp", "avif"].map((how) =>
    succeeded(`output-${how}`),
  ),
  ...["array", "string", "objects", "storage-files"].map((shape) => succeeded(`output-${shape}`)),
  succeeded("output-many", { stored: 4 }),
  succeeded("output-many=6", { stored: 4 }),
  succeeded("output-fewer"),
  succeeded("output-many=3,output-broken=2", { stored: 2 }),
];

/** Without the webhook's address, which is proof enough, what the list says is compared whole. */
const compared = (shape: string) => `answer-lost,webhook-lost,webhook-field-absent,${shape}`;

const shapes = [
  ...["input-empty", "model-string", "model-vendor", "times=offset", "times=empty"].map((shape) =>
    succeeded(shape),
  ),
  ...["missing", "null", "empty"].map((how) => succeeded(`fields=${how}`)),
  ...["model-string", "model-vendor", "times=offset", "times=empty"].map((shape) => found(compared(shape))),
  row(compared("input-empty"), "unconfirmed", { response: "upstream_timeout" }),
  ...["missing", "null", "empty"].map((how) =>
    row(`answer-lost,fields=${how}`, "unconfirmed", { response: "upstream_timeout" }),
  ),
];

export const FAULTS: readonly Row[] = [...run, ...responses, ...webhooks, ...calls, ...outputs, ...shapes];

/** Moods that no row can have: of the whole API (models.test.ts), and of reference images (reference.test.ts). */
export const NOT_IN_ROWS: readonly string[] = [
  "models-500",
  "models-no-schema",
  "reference-held",
  "reference-late",
  "reference-twice",
  "reference-rewritten",
];
