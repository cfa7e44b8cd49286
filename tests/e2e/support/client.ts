/** A user without a browser: the API over its real port. */
import { expect } from "vitest";
import type { GenerateBody, Generation, Session } from "../../../worker/contract.ts";

/** Answers are read as a client in plain JavaScript would. */
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = Omit<Response, "json"> & { json: () => Promise<any> };

export async function createClient(url: string, email: string) {
  const signIn = await fetch(`${url}/api/auth/dev`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
  expect(signIn.status, "sign-in").toBe(204);
  const cookie = signIn.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");

  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
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
    call,
    session,
    generation,
    generate: (body: Partial<GenerateBody>) => call("POST", "/api/generate", body),
    /** Generates, and waits for the picture. */
    async makes(prompt: string, options: Partial<GenerateBody> = {}): Promise<Generation> {
      const answer = await call("POST", "/api/generate", { prompt, ...options });
      expect(answer.status, `generate "${prompt}"`).toBe(202);
      const { generation: made } = await answer.json();
      let last = made as Generation;
      const done = async () => (last = await generation(made.id)).status;
      await expect.poll(done, { message: `"${prompt}"` }).toBe("succeeded");
      return last;
    },
  };
}

export type Client = Awaited<ReturnType<typeof createClient>>;
