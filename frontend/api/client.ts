import type {
  BulkBody,
  GenerateBody,
  GenerationFilters,
} from "../../worker/api/schemas/requests/generation.ts";
import type { BulkResult, Generation, GenerationPage } from "../../worker/api/schemas/generation.ts";
import type { ExportParts } from "../../worker/api/schemas/export.ts";
import type { Problem } from "../../worker/api/schemas/problem.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import type { Result, ApiError } from "./result.ts";

/** The Worker waits 25 seconds for Skytells; the studio waits for the Worker's own verdict. */
const GENERATE_TIMEOUT_MS = 45_000;
const TIMEOUT_MS = 20_000;

const SESSION = "/api/session";

type Call = {
  body?: unknown;
  headers?: Record<string, string>;
  timeoutMs?: number;
  /** Goes out even while the page is being left. */
  keepalive?: boolean;
  /** Aborted when the response is no longer needed. */
  abort?: AbortSignal | undefined;
};

/**
 * The studio's API, one method a route. Never throws: whatever happens comes back as a value. `onRedirected`: called
 * when a request other than that of the session was redirected.
 */
export function createApi(
  send: (path: string, init: RequestInit) => Promise<Response>,
  onRedirected = () => {},
) {
  async function call<T>(
    method: string,
    path: string,
    { body, headers, timeoutMs = TIMEOUT_MS, keepalive = false, abort }: Call = {},
  ): Promise<Result<T>> {
    const tooLong = AbortSignal.timeout(timeoutMs);
    const init: RequestInit = {
      method,
      headers: { ...headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: abort ? AbortSignal.any([tooLong, abort]) : tooLong,
      keepalive,
      // No route of the API redirects, and to another origin a redirect would look like a lost connection.
      redirect: "manual",
    };
    let response: Response;
    try {
      response = await send(path, init);
    } catch (error) {
      return { ok: false, error: { code: "network_error", detail: String(error) } };
    }
    if (response.type === "opaqueredirect") {
      if (path !== SESSION) onRedirected();
      return { ok: false, error: { code: "session_redirected", detail: "" } };
    }
    try {
      if (!response.ok) return { ok: false, error: await readError(response) };
      return { ok: true, value: (response.status === 204 ? undefined : await response.json()) as T };
    } catch (error) {
      return { ok: false, error: { code: "invalid_response", detail: String(error) } };
    }
  }

  const at = (id: string) => `/api/generations/${encodeURIComponent(id)}`;
  const prediction = (id: string) => `/api/predictions/${encodeURIComponent(id)}`;
  type One = { generation: Generation };

  return {
    /** For the routes of one page, so that they are not part of the first screen. */
    call,
    session: () => call<Session>("GET", SESSION),
    signInDev: (email: string) => call<void>("POST", "/api/auth/dev", { body: { email } }),
    signOut: (everywhere: boolean) =>
      call<void>("POST", `/api/auth/logout${everywhere ? "-everywhere" : ""}`),
    exportParts: (cursor: string | null) =>
      call<ExportParts>("GET", `/api/account/export${cursor === null ? "" : `?cursor=${cursor}`}`),
    deleteAccount: () => call<void>("DELETE", "/api/account"),
    generate: (body: GenerateBody, key: string) =>
      call<One>("POST", "/api/generate", {
        body,
        headers: { "Idempotency-Key": key },
        timeoutMs: GENERATE_TIMEOUT_MS,
      }),
    prediction: (id: string) => call<One>("GET", prediction(id)),
    cancel: (id: string) => call<One>("POST", `${prediction(id)}/cancel`),
    list: (cursor: string | null, limit: number, filters: GenerationFilters = {}, abort?: AbortSignal) => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (cursor !== null) query.set("cursor", cursor);
      for (const [name, value] of Object.entries(filters)) {
        if (value !== undefined) query.set(name, String(value));
      }
      return call<GenerationPage>("GET", `/api/generations?${query}`, { abort });
    },
    favorite: (id: string, favorite: boolean) => call<One>("PATCH", at(id), { body: { favorite } }),
    remove: (id: string) => call<void>("DELETE", at(id)),
    bulk: (ids: string[], action: BulkBody["action"]) =>
      call<BulkResult>("POST", "/api/generations/bulk", {
        body: { ids, action } satisfies BulkBody,
        keepalive: true,
      }),
    share: (id: string, showPrompt: boolean) =>
      call<{ url: string }>("POST", `${at(id)}/share`, { body: { showPrompt } }),
    unshare: (id: string) => call<void>("DELETE", `${at(id)}/share`),
  };
}

export type Api = ReturnType<typeof createApi>;

/**
 * A gateway may respond instead of the Worker, in HTML: then there is no code, only a status. A code that only a newer
 * Worker knows is passed on: it is a refusal all the same.
 */
async function readError(response: Response): Promise<ApiError> {
  const { status } = response;
  const body = (await response.json().catch(() => null)) as Partial<Problem> | null;
  if (typeof body?.code !== "string") return { code: "invalid_response", detail: "", status };
  const error: ApiError = {
    code: body.ownerMustAct ? "owner_must_act" : body.code,
    detail: body.detail ?? "",
  };
  if (body.pending) error.pending = body.pending;
  if (body.limits) error.limits = body.limits;
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  if (wait >= 0) error.retryAfterSeconds = wait;
  return error;
}
