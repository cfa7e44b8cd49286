/** A user without a browser: the API over its real port. */
import type { GenerateBody } from "../../../worker/api/schemas/requests/generation.ts";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import type { Session } from "../../../worker/api/schemas/session.ts";
import { until } from "./until.ts";

/** A response whose JSON has no type, as for a client in plain JavaScript. */
// oxlint-disable-next-line typescript/no-explicit-any
type UntypedResponse = Omit<Response, "json"> & { json: () => Promise<any> };

export async function createClient(url: string, email: string) {
  const signIn = await fetch(`${url}/api/auth/dev`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
  if (signIn.status !== 204) throw new Error(`Sign-in: ${signIn.status} ${await signIn.text()}`);
  const cookie = signIn.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");

  async function call(method: string, path: string, body?: unknown): Promise<UntypedResponse> {
    return fetch(`${url}${path}`, {
      method,
      headers: { cookie, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
  const session = async () => (await (await call("GET", "/api/session")).json()) as Session;
  const generation = async (id: string) =>
    (await (await call("GET", `/api/predictions/${id}`)).json()).generation as Generation;

  return {
    email,
    /** The session cookie of this user. */
    cookie,
    /** Waits until all slots are free. */
    isIdle: () => until(`${email} to be idle`, async () => (await session()).limits?.inFlight === 0),
    call,
    session,
    generation,
    generate: (body: Partial<GenerateBody>) => call("POST", "/api/generate", body),
    /** Generates, and waits for the image. */
    async makes(prompt: string, options: Partial<GenerateBody> = {}): Promise<Generation> {
      const response = await call("POST", "/api/generate", { prompt, ...options });
      if (response.status !== 202)
        throw new Error(`"${prompt}": ${response.status} ${await response.text()}`);
      const { id } = (await response.json()).generation as Generation;
      return until(`the image of "${prompt}"`, async () => {
        const now = await generation(id);
        if (now.error) throw new Error(`"${prompt}": ${now.error.message}`);
        return now.status === "succeeded" && now;
      });
    },
  };
}

export type Client = Awaited<ReturnType<typeof createClient>>;
