import { readUpTo } from "../lib/stream.ts";
import { MAX_PROVIDER_RESPONSE_BYTES } from "../config/limits.ts";

/** A fetch for the sign-in libraries, which read a response whole: its size is limited first. */
export async function fetchFromProvider(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  const body = await readUpTo(response.body, MAX_PROVIDER_RESPONSE_BYTES);
  if (body === null) throw new Error("the provider's response is too long");
  return new Response(response.status === 204 ? null : body, response);
}
