/** Requests to a studio's `/api/admin`, with the operator's token. */
import type { Problem } from "../../worker/api/schemas/problem.ts";
import { devVars } from "../dev-vars.ts";

export const LOCAL_URL = `http://localhost:${process.env["PORT"] ?? "8787"}`;

/** As exit codes: 1 rejected by the studio, 2 wrong usage, 3 no studio can be reached. */
export type Failure = { ok: false; code: 1 | 2 | 3; message: string };
export type Outcome<T> = { ok: true; value: T } | Failure;

export type Studio = { url: URL; token: string };

const TIMEOUT_MS = 60_000;

/** The studio at `url` and its token; without `url` that of this machine. */
export function findStudio(url: string | undefined): Outcome<Studio> {
  const parsed = parseUrl(url ?? LOCAL_URL);
  if (!parsed) return fail(2, "The address must be https (http only on localhost).");
  const local = url === undefined ? devVars()["ADMIN_TOKEN"] : undefined;
  const token = firstOf(process.env["ADMIN_TOKEN"] || local || "");
  if (token === "") return fail(2, "ADMIN_TOKEN is not set. Put the studio's token into the environment.");
  return { ok: true, value: { url: parsed, token } };
}

/** A secret is a list; any of its values is valid. */
export const firstOf = (secret: string) => secret.split(",")[0]?.trim() ?? "";

/** Null: not https. The token is sent only over https, or to this machine. */
export function parseUrl(text: string): URL | null {
  const url = URL.parse(text);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url?.hostname ?? "");
  return url && (url.protocol === "https:" || (url.protocol === "http:" && isLocal)) ? url : null;
}

/** `value` is null for a response without a body. */
export async function request<T>(
  { url, token }: Studio,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<Outcome<T>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(new URL(`/api/admin/${path}`, url), {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    return fail(3, `${url.origin} cannot be reached: ${messageOf(error)}.`);
  }
  const json = parseJson<T & Partial<Problem>>(text);
  if (response.status === 204 || (response.ok && json)) return { ok: true, value: json as T };
  if (!json?.code) {
    const target = redirectOf(response);
    const what = target ? `it redirects to ${target}` : `unexpected response with status ${response.status}`;
    return fail(3, `${url.origin} is not a studio: ${what}.`);
  }
  // The studio's response for an unknown path.
  const isUnknownPath = json.detail === "There is nothing here.";
  return fail(
    1,
    isUnknownPath ? "This studio has no ADMIN_TOKEN, or an older version." : `${json.detail} (${json.code})`,
  );
}

/** The host of a redirect, as Cloudflare Access sends it, without the address, which may contain a token. */
export function redirectOf(response: Response): string | null {
  const location = response.headers.get("location");
  return location === null ? null : (URL.parse(location, response.url)?.host ?? null);
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return "no response";
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

export function parseJson<T>(text: string): T | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fail(code: Failure["code"], message: string): Failure {
  return { ok: false, code, message };
}
