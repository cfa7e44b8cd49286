/** Limits that are not settings, with unit and reason. */
import { DAY_MS } from "../shared/time.ts";

/** Largest JSON body of a request: fits two prompts of 500 escaped code points. */
export const MAX_BODY_BYTES = 16 * 1024;
/** Largest webhook read: a prediction with its input is a few KB. */
export const MAX_WEBHOOK_BYTES = 256 * 1024;
/** Largest JSON response of Skytells: a list of 50 predictions. */
export const MAX_RESPONSE_BYTES = 2 * 1024 * 1024;
/** Largest image that is stored. */
export const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Images that a user's object copies or reduces at once: each needs up to 15 MiB of the isolate's 128 MB. */
export const MAX_IMAGES_IN_MEMORY = 4;
/** Largest reference image that a user uploads, in bytes, and in pixels on its longest side. */
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;
export const MAX_UPLOAD_SIDE = 4_096;
/** How long an upload that no generation uses is kept. */
export const UPLOAD_LIFETIME_MS = 60 * 60 * 1000;
/** Uploads per user that no generation uses. */
export const MAX_UNUSED_UPLOADS = 20;
/** How long the body of an upload may take: 10 MB at 0.7 Mbit/s. */
export const UPLOAD_TIMEOUT_MS = 120_000;
/** After this time an upload without a result is deleted: its request has ended, or its Worker was stopped. */
export const UPLOAD_GIVEN_UP_MS = UPLOAD_TIMEOUT_MS + 60_000;
/** How long Skytells can fetch a reference image from its signed URL. */
export const REFERENCE_URL_SECONDS = 15 * 60;
/** How long a URL shows an image to a tool that cannot send a header. */
export const IMAGE_URL_SECONDS = 10 * 60;
/** Outputs that are stored of one generation. */
export const MAX_OUTPUTS = 4;
/**
 * Rows that one request scans for a filter without an index. D1 reads each at most twice: to compare it, and in the index
 * to find where the scan ended.
 */
export const MAX_SCAN_ROWS = 2_490;
/** The same inside a collection, where D1 reads each item at most twice and its generation once. */
export const MAX_COLLECTION_SCAN_ROWS = 1_650;
/** Images in one part of an export: each is a read of R2, and a request may make a limited number of them. */
export const EXPORT_PART_IMAGES = 250;
/** Parts of an export in one list: the request reads an index entry for each of their images. */
export const EXPORT_LIST_PARTS = 20;
/** Any step of a job (a fetch, a write), because the alarm handler must end. */
export const STEP_TIMEOUT_MS = 30_000;
/** How long the gallery's page waits for its first rows; without them, the page requests them. */
export const INLINE_PAGE_TIMEOUT_MS = 700;

/** One read of D1. The browser's own timeout is 20 s; before that it gets an error that names the storage. */
export const D1_READ_TIMEOUT_MS = 5_000;
/** One write to D1, with its retries. It may still complete later; every write can be repeated. */
export const D1_WRITE_TIMEOUT_MS = 10_000;
/** Mean delays of a write's retries after transient errors of D1; jitter is ± 50 %. */
export const D1_RETRY_DELAYS_MS = [100, 400];
/** A generation without a D1 row for this long blocks the user's next one; the retries are at most a minute apart. */
export const MAX_UNRECORDED_MS = 120_000;
/** How long `/api/session` waits for the user's object before it responds without limits. */
export const LIMITS_WAIT_MS = 5_000;
/** How long a cancel or delete request waits for Skytells; after that the alarm does the rest. */
export const CANCEL_WAIT_MS = 3_000;
/** Attempts to delete a prediction at Skytells; best effort. */
export const MAX_FORGET_TRIES = 5;
/** How long a job is retained for repeated idempotency keys and late webhooks. */
export const RETAIN_JOB_MS = DAY_MS;
/** A slot is not counted longer than the deadline plus this. */
export const SLOT_GRACE_MS = 300_000;
/** Open sockets per user; one more closes a silent one, else the oldest. */
export const MAX_SOCKETS = 20;
/** Calls that wait in a user's object for a change of a generation. They are no sockets, and close none. */
export const MAX_WAITING_CALLS = 20;
/** Longest wait of one such call. */
export const MAX_CALL_WAIT_MS = 10_000;
/** How much longer it waits for the thumbnails of an image that is done. */
export const THUMBNAIL_WAIT_MS = 3_000;
/** How long the MCP tool `generate_image` waits for its image: less than the 60 s after which the SDK's clients give up. */
export const MCP_WAIT_MS = 45_000;
/** Largest registration or form of the OAuth provider. */
export const MAX_OAUTH_BODY_BYTES = 8 * 1024;
/** Apps that a user can connect. */
export const MAX_CONNECTED_APPS = 50;
/** Largest body of an MCP request: a generate request, escaped once more, and what the protocol adds. */
export const MAX_MCP_BODY_BYTES = 32 * 1024;
/** Largest thumbnail in an MCP result, which a language model reads. */
export const MAX_MCP_THUMBNAIL_BYTES = 128 * 1024;
/** A socket opened by an API key; its client opens another, for which the key is checked again. */
export const KEY_SOCKET_MS = 60 * 60 * 1000;
export const SESSION_SECONDS = 30 * 24 * 60 * 60;
/** Age at which a visit renews a session token, up to `sessionMaxSeconds` after the sign-in. */
export const SESSION_RENEW_SECONDS = 24 * 60 * 60;
/** One response of a sign-in provider, while a browser waits. */
export const PROVIDER_TIMEOUT_SECONDS = 10;
/** Discovery documents, key sets and tokens are a few KB. */
export const MAX_PROVIDER_RESPONSE_BYTES = 256 * 1024;
/** One request to a user's webhook endpoint. Its response's body is not read. */
export const WEBHOOK_TIMEOUT_MS = 10_000;
/** Requests to webhook endpoints at once, of the six connections that an object may have open. One per endpoint. */
export const MAX_SENDING_WEBHOOKS = 2;
/** Deliveries per user that wait for an attempt; one more drops the oldest. */
export const MAX_PENDING_DELIVERIES = 1_000;
/** Finished deliveries that are kept per endpoint, and for how long. */
export const MAX_FINISHED_DELIVERIES = 100;
export const DELIVERY_LIFETIME_MS = 30 * DAY_MS;
/** How long an endpoint's old secret signs beside the new one. */
export const SECRET_OVERLAP_MS = DAY_MS;
/** Without a success for this long since a failure, an endpoint is disabled. */
export const MAX_FAILING_MS = 5 * DAY_MS;
/** How long nothing is sent for a suspended account, before the object looks whether it is restored. */
export const HOLD_WEBHOOKS_MS = 10 * 60_000;
