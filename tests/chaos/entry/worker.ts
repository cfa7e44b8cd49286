/**
 * The production Worker and object on storage that fails, and objects that end at any moment. `/__chaos` is the
 * run's own door: it sets how bad things are, and tells what is not settled yet, past the faults.
 */
import { createRandom } from "../../../simulator/random.ts";
import app from "../../../worker/index.ts";
import { type Delivery, UserStudio as Production } from "../../../worker/studio/user-studio.ts";
import { chaos, faulty } from "./faults.ts";

type Command = Parameters<Production["generate"]>[0];

const LONGEST_LIFE_MS = 400;
const LONG_ALARM_MS = 3_000;

export class UserStudio extends Production {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faulty(env));
  }

  override generate(command: Command): ReturnType<Production["generate"]> {
    this.endSoon();
    return super.generate(command);
  }

  override deliver(delivery: Delivery): ReturnType<Production["deliver"]> {
    this.endSoon();
    return super.deliver(delivery);
  }

  override async alarm(): Promise<void> {
    this.endSoon();
    const startedAt = Date.now();
    await super.alarm();
    const ms = Date.now() - startedAt;
    if (ms > LONG_ALARM_MS) console.log(JSON.stringify({ event: "chaos_long_alarm", ms }));
  }

  /** As a deploy, an overload or a move to another machine would. */
  private endSoon(): void {
    if (chaos.random() >= chaos.crashRate) return;
    setTimeout(() => this.ctx.abort("chaos"), chaos.random() * LONGEST_LIFE_MS);
  }
}

type Orders = { seed?: number; rate?: number; crashRate?: number; d1OutageMs?: number; r2OutageMs?: number };

function obey(orders: Orders): void {
  const now = Date.now();
  if (orders.seed !== undefined) chaos.random = createRandom(orders.seed);
  if (orders.rate !== undefined) chaos.rate = orders.rate;
  if (orders.crashRate !== undefined) chaos.crashRate = orders.crashRate;
  if (orders.d1OutageMs !== undefined) chaos.outages.d1 = now + orders.d1OutageMs;
  if (orders.r2OutageMs !== undefined) chaos.outages.r2 = now + orders.r2OutageMs;
}

/** Rows without an end, succeeded rows without an object, objects without a succeeded row. */
async function unsettled(env: Env): Promise<{ open: string[]; empty: string[]; orphans: string[] }> {
  const { results } = await env.DB.prepare("select id, status from generations").all<{
    id: string;
    status: string;
  }>();
  const succeeded = new Set(results.filter((row) => row.status === "succeeded").map((row) => row.id));
  const stored = new Set<string>();
  const orphans: string[] = [];
  let cursor: string | undefined;
  do {
    const page: R2Objects = await env.OUTPUTS.list(cursor === undefined ? {} : { cursor });
    for (const { key } of page.objects) {
      const id = key.split("/")[2] ?? "";
      if (key.startsWith("outputs/")) stored.add(id);
      if (!succeeded.has(id)) orphans.push(key);
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return {
    open: results
      .filter((row) => row.status === "queued" || row.status === "processing")
      .map((row) => row.id),
    empty: [...succeeded].filter((id) => !stored.has(id)),
    orphans,
  };
}

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname !== "/__chaos") return app.fetch(request, faulty(env), ctx);
    if (request.method === "PUT") {
      obey(await request.json());
      return Response.json({ ok: true });
    }
    return Response.json(await unsettled(env));
  },
} satisfies ExportedHandler<Env>;
