/** One request to an endpoint. */
import { WEBHOOK_TIMEOUT_MS } from "../../config/limits.ts";
import type { DeliveryError } from "../../shared/webhooks.ts";

/** `error` null: the endpoint has accepted it. */
export type Outcome = { responseStatus: number | null; error: DeliveryError | null };

/** Never rejects. The response's body is not read: it is the receiver's, and may have no end. */
export async function postEvent(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<Outcome> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), WEBHOOK_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json", "user-agent": "image-studio-webhooks", ...headers },
      body,
      signal: timeout.signal,
    });
    void response.body?.cancel().catch(() => {});
    return { responseStatus: response.status, error: errorOf(response.status) };
  } catch {
    return { responseStatus: null, error: timeout.signal.aborted ? "timeout" : "no_response" };
  } finally {
    clearTimeout(timer);
  }
}

function errorOf(status: number): DeliveryError | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? "redirect" : "status";
}
