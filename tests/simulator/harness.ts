import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SimulatorOptions } from "../../simulator/options.ts";
import { startSimulator } from "../../simulator/server.ts";

export const KEY = "sk-simulator";

// Tests read responses without types, as a JavaScript client does, and check their shape.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export type Received = { headers: Record<string, string | string[] | undefined>; body: string; json: Json };

/** Receives webhooks and responds with `statusOf(count)`. */
export async function startReceiver(statusOf: (count: number) => number = () => 200) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      received.push({ headers: request.headers, body, json: JSON.parse(body) });
      response.writeHead(statusOf(received.length)).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return {
    url,
    received,
    close: () => new Promise((done) => server.close(done).closeAllConnections()),
  };
}

/** A simulator on a free port, 200 times as fast, with the calls that tests need. */
export async function startTestSimulator(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ port: 0, speed: 200, ...options });
  const call = (path: string, init: { method?: string; body?: string } = {}) =>
    fetch(`${simulator.url}${path}`, {
      ...init,
      headers: { "x-api-key": options.key ?? KEY },
    });
  const post = (path: string, body: unknown) => call(path, { method: "POST", body: JSON.stringify(body) });
  const admin = async (path: string, method = "GET", body?: unknown): Promise<Json> => {
    const response = await fetch(`${simulator.adminUrl}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  const create = async (input: Record<string, unknown>, rest: Record<string, unknown> = {}): Promise<Json> =>
    (await post("/predictions", { model: "truefusion-pro", input, ...rest })).json();
  const get = async (id: string): Promise<Json> => (await call(`/predictions/${id}`)).json();
  const ended = (id: string): Promise<Json> => admin(`/predictions/${id}?until=ended`);
  /** Creates a prediction, waits for its end, and returns it. */
  const run = async (input: Record<string, unknown>, rest: Record<string, unknown> = {}): Promise<Json> => {
    const { id } = await create(input, rest);
    await ended(id);
    return get(id);
  };
  const deliveries = (id: string, count: number): Promise<Json> =>
    admin(`/webhooks/wait?id=${id}&count=${count}`);
  return { ...simulator, call, post, admin, create, get, ended, run, deliveries };
}

export type TestSimulator = Awaited<ReturnType<typeof startTestSimulator>>;

export async function sha256(bytes: ArrayBuffer): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
}
