/** Every limit that is not a setting, with its unit and its reason. */

/** Largest JSON body the API reads: a prompt and a negative prompt of 500 code points, all escaped, and room. */
export const MAX_BODY_BYTES = 16 * 1024;
/** Largest webhook read: a prediction with its input is a few KB. */
export const MAX_WEBHOOK_BYTES = 256 * 1024;
/** Largest answer of Skytells read whole: a list page of 50 predictions. */
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;
/** Largest picture stored. */
export const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Images that a user's object copies or reduces at once: each needs up to 15 MiB of the isolate's 128 MB. */
export const MAX_IMAGES_IN_MEMORY = 4;
/** One picture is asked for; a model that makes more has at most these stored. */
export const MAX_OUTPUTS = 4;
/**
 * Pictures that one request looks through for a filter that no index answers. D1 reads each at most twice: to compare
 * it, and, in the index alone, to find where the scan ended.
 */
export const MAX_SCAN_ROWS = 2_490;
/** Pictures in one part of an export: each is a read of R2, and a request has a bounded number of those. */
export const EXPORT_PART_PICTURES = 250;
/** Parts of an export that one request lists: it reads the places of all their pictures. */
export const EXPORT_LIST_PARTS = 20;
/** Any single step of a job (a fetch, a write): the alarm handler has to end. */
export const STEP_TIMEOUT_MS = 30_000;
/** The gallery's page waits this long for its first rows; a page that comes without them asks for them itself. */
export const INLINE_PAGE_TIMEOUT_MS = 700;

/** One read of D1: a browser gives up after 20 s, and is told before that whose fault it is. */
export const D1_READ_TIMEOUT_MS = 5_000;
/** One write to D1, repeats included. It may still be applied later; every write can be repeated. */
export const D1_WRITE_TIMEOUT_MS = 10_000;
/** Mean delays before a write is repeated after a transient error of D1; with jitter of half as much either way. */
export const D1_RETRY_DELAYS_MS = [100, 400];
/** How long a generation may lack its D1 row before its user's next one is refused: the retries are a minute apart at most. */
export const MAX_UNRECORDED_MS = 120_000;
/** How long `/api/session` waits for the user's object before it answers without limits. */
export const LIMITS_PATIENCE_MS = 5_000;
/** How long a cancel or delete request waits for Skytells' word before it answers and leaves the rest to the alarm. */
export const CANCEL_PATIENCE_MS = 3_000;
/** Skytells' delete is best effort: after so many tries that failed, we go on without. */
export const MAX_FORGET_TRIES = 5;
/** A finished job stays as idempotency record and to recognise late webhooks. */
export const TOMBSTONE_MS = 24 * 60 * 60 * 1000;
/** A slot older than the deadline and this is not counted, whatever its row says. */
export const SLOT_GRACE_MS = 300_000;
/** Oldest socket of a user is closed when there are more. */
export const MAX_SOCKETS = 20;
export const SESSION_SECONDS = 30 * 24 * 60 * 60;
/** A session token older than this is renewed on the next visit, up to `sessionMaxSeconds` after the sign-in. */
export const SESSION_RENEW_SECONDS = 24 * 60 * 60;
/** One answer of a sign-in provider: a browser waits behind it. */
export const PROVIDER_TIMEOUT_SECONDS = 10;
/** Discovery documents, key sets and tokens are a few KB. */
export const MAX_PROVIDER_ANSWER_BYTES = 256 * 1024;
