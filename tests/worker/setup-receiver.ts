/**
 * Runs a receiver of webhooks over HTTP for the worker tests. `POST /to/<key>` is an endpoint, which responds by its mood;
 * `PUT /moods/<key>` sets it, `GET /requests/<key>?count=` waits for that many requests and returns all.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";

export type ReceivedWebhook = { headers: Record<string, string>; body: string };

const MOODS = {
  ok: (response: ServerResponse) => response.writeHead(200).end("thanks"),
  "no-content": (response: ServerResponse) => response.writeHead(204).end(),
  error: (response: ServerResponse) => response.writeHead(500).end("failed"),
  gone: (response: ServerResponse) => response.writeHead(410).end(),
  redirect: (response: ServerResponse, key: string) =>
    response.writeHead(307, { location: `/to/${key}-target` }).end(),
  hang: () => {},
  endless: (response: ServerResponse) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("x".repeat(1024)), 5);
    response.on("close", () => clearInterval(timer));
  },
  "half-body": (response: ServerResponse) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("x");
  },
  reset: (response: ServerResponse) => response.socket?.destroy(),
  slow: (response: ServerResponse) => setTimeout(() => response.writeHead(200).end(), 300),
} as const;
export type ReceiverMood = keyof typeof MOODS;

type Inbox = { mood: ReceiverMood; requests: ReceivedWebhook[]; waiting: (() => void)[] };

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export default async function setup(project: TestProject) {
  const inboxes = new Map<string, Inbox>();
  const inboxOf = (key: string): Inbox => {
    const known = inboxes.get(key) ?? { mood: "ok", requests: [], waiting: [] };
    inboxes.set(key, known);
    return known;
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://receiver");
    const [, kind, key = ""] = url.pathname.split("/");
    const inbox = inboxOf(key);
    if (kind === "moods") {
      inbox.mood = (await textOf(request)) as ReceiverMood;
      response.end();
    } else if (kind === "requests") {
      const count = Number(url.searchParams.get("count") ?? 0);
      while (inbox.requests.length < count) await new Promise<void>((resolve) => inbox.waiting.push(resolve));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(inbox.requests));
    } else {
      const body = await textOf(request);
      inbox.requests.push({ headers: request.headers as Record<string, string>, body });
      for (const resume of inbox.waiting.splice(0)) resume();
      MOODS[inbox.mood](response, key);
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  // A connection that closes just as workerd reuses it would be a failed attempt.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  project.provide("receiver", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
