/**
 * Programs of the simulated users: API keys, and receivers of webhooks that work, fail, hang or answer 410. Every generation
 * that has ended must have its event, signed and about the right user.
 */
import { existsSync, readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Webhook } from "standardwebhooks";
import { createRandom } from "../../simulator/random.ts";
import type { WebhookEvent } from "../../worker/api/schemas/webhook-event.ts";
import type { Evidence } from "./evidence.ts";
import type { User } from "./users.ts";

const MOODS = ["works", "fails half", "hangs", "answers 410", "redirects", "breaks off"] as const;
type Mood = (typeof MOODS)[number];

type Receiver = { mood: Mood; webhook: Webhook; events: { id: string; event: WebhookEvent }[] };

export type Receivers = {
  /** The base of each user's address. */
  url: string;
  byUser: Map<string, Receiver>;
  /** Requests without a valid signature. */
  unsigned: string[];
  close: () => Promise<void>;
};

export async function startReceivers(seed: number): Promise<Receivers> {
  const byUser: Receivers["byUser"] = new Map();
  const unsigned: string[] = [];
  const random = createRandom(seed);
  const server = createServer((request, response) => void receive(request, response));

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const userId = request.url?.slice(1) ?? "";
    const receiver = byUser.get(userId);
    // The endpoint's secret comes with the response to its creation; no event is sent before.
    if (!receiver) return void response.writeHead(404).end();
    try {
      const event = receiver.webhook.verify(body, request.headers as Record<string, string>) as WebhookEvent;
      receiver.events.push({ id: String(request.headers["webhook-id"]), event });
    } catch (error) {
      unsigned.push(`${userId}: ${String(error)}`);
    }
    switch (receiver.mood) {
      case "hangs":
        return;
      case "breaks off":
        return void request.socket.destroy();
      case "answers 410":
        return void response.writeHead(410).end();
      case "redirects":
        return void response.writeHead(302, { location: "/elsewhere" }).end();
      case "fails half":
        return void response.writeHead(random() < 0.5 ? 500 : 204).end();
      case "works":
        return void response.writeHead(204).end();
    }
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    byUser,
    unsigned,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

/** Creates an API key, and an endpoint at the user's receiver. Returns the key. The Worker must run without faults. */
export async function equip(
  receivers: Receivers,
  url: string,
  cookie: string,
  user: User,
  index: number,
): Promise<string> {
  const post = async <T>(path: string, body: object): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.status !== 201) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const key = await post<{ secret: string }>("/api/keys", {
    name: "chaos",
    scopes: ["read", "generate", "manage"],
  });
  const endpoint = await post<{ secret: string }>("/api/webhook-endpoints", {
    url: `${receivers.url}/${user.id}`,
  });
  const mood = MOODS[index % MOODS.length] as Mood;
  receivers.byUser.set(user.id, { mood, webhook: new Webhook(endpoint.secret), events: [] });
  return key.secret;
}

/** Ids of generations and jobs that a delivery in an object's file is about. The Worker must not run. */
export function readDeliveries(state: string): Set<string> {
  const root = join(state, "v3/do");
  const ids = new Set<string>();
  if (!existsSync(root)) return ids;
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    /[0-9a-f]{64}\.sqlite$/.test(name),
  );
  for (const file of files) {
    const db = new DatabaseSync(join(root, file));
    const hasTable = db.prepare("select 1 from sqlite_master where name = 'deliveries'").get() !== undefined;
    const rows = hasTable ? db.prepare("select job_id, generation_id from deliveries").all() : [];
    for (const { job_id, generation_id } of rows)
      for (const id of [job_id, generation_id]) ids.add(String(id));
    db.close();
  }
  return ids;
}

const ENDED = ["succeeded", "failed", "canceled"];

/** Ended generations without an event, and events that are unsigned, about another user, or not true. */
export function wrongEvents(
  { byUser, unsigned }: Receivers,
  deliveries: ReadonlySet<string>,
  { rows, created }: Pick<Evidence, "rows" | "created">,
): string[] {
  // An event before Skytells has named the prediction has the job's id.
  const jobIds = new Map(created.map(({ id, jobId }) => [id, jobId]));
  const ids = new Map(created.map(({ id, jobId }) => [jobId, id]));
  const wrong = unsigned.map((one) => `not signed: ${one}`);
  for (const [userId, { mood, events }] of byUser) {
    const told = new Set<string>();
    for (const { event } of events) {
      const { id, status } = event.data.generation;
      told.add(id);
      const row = rows.get(id) ?? rows.get(ids.get(id) ?? "");
      if (row && row.userId !== userId) wrong.push(`${userId} got an event about ${id} of ${row.userId}`);
      // A late success corrects a failure.
      const isCorrected = status === "failed" && row?.status === "succeeded";
      if (row && row.status !== status && !isCorrected)
        wrong.push(`${id}: its event says ${status}, it is ${row.status}`);
    }
    // 410 disables the endpoint.
    if (mood === "answers 410") continue;
    for (const row of rows.values()) {
      if (row.userId !== userId || !ENDED.includes(row.status)) continue;
      const names = [row.id, jobIds.get(row.id) ?? row.id];
      if (!names.some((id) => told.has(id) || deliveries.has(id)))
        wrong.push(`${row.id} (${row.status}) has no event`);
    }
  }
  return wrong;
}
