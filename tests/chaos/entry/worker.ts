/**
 * The production Worker and object with faults: storage calls fail, and objects end at random moments. PUT `/__chaos` sets
 * the faults, GET lists what is not settled (without faults).
 */
import { createRandom } from "../../../simulator/random.ts";
import app from "../../../worker/index.ts";
import type { IncomingWebhook } from "../../../worker/studio/rpc.ts";
import { UserStudio as Production } from "../../../worker/studio/user-studio.ts";
import { faults, withFaults } from "./faults.ts";

type Command = Parameters<Production["generate"]>[0];

const MAX_END_DELAY_MS = 400;
const LONG_ALARM_MS = 3_000;

export class UserStudio extends Production {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withFaults(env));
  }

  override generate(command: Command): ReturnType<Production["generate"]> {
    this.mayAbort();
    return super.generate(command);
  }

  override deliver(webhook: IncomingWebhook): ReturnType<Production["deliver"]> {
    this.mayAbort();
    return super.deliver(webhook);
  }

  override async alarm(): Promise<void> {
    this.mayAbort();
    const startedAt = Date.now();
    await super.alarm();
    const ms = Date.now() - startedAt;
    if (ms > LONG_ALARM_MS) console.log(JSON.stringify({ event: "chaos_long_alarm", ms }));
  }

  /** Aborts the object as a deploy, an overload or a move to another machine does. */
  private mayAbort(): void {
    if (faults.random() >= faults.crashRate) return;
    setTimeout(() => this.ctx.abort("chaos"), faults.random() * MAX_END_DELAY_MS);
  }
}

type FaultSettings = {
  seed?: number;
  rate?: number;
  crashRate?: number;
  d1OutageMs?: number;
  r2OutageMs?: number;
};

function setFaults(settings: FaultSettings): void {
  const now = Date.now();
  if (settings.seed !== undefined) faults.random = createRandom(settings.seed);
  if (settings.rate !== undefined) faults.rate = settings.rate;
  if (settings.crashRate !== undefined) faults.crashRate = settings.crashRate;
  if (settings.d1OutageMs !== undefined) faults.outages.d1 = now + settings.d1OutageMs;
  if (settings.r2OutageMs !== undefined) faults.outages.r2 = now + settings.r2OutageMs;
}

/** Generations in flight, succeeded rows without an object, objects without a succeeded row. */
async function findUnsettled(env: Env): Promise<{ running: string[]; empty: string[]; orphans: string[] }> {
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
      // An unused upload is kept for an hour.
      if (key.startsWith("uploads/")) continue;
      const id = key.split("/")[2] ?? "";
      if (key.startsWith("outputs/")) stored.add(id);
      if (!succeeded.has(id)) orphans.push(key);
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return {
    running: results
      .filter((row) => row.status === "queued" || row.status === "processing")
      .map((row) => row.id),
    empty: [...succeeded].filter((id) => !stored.has(id)),
    orphans,
  };
}

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname !== "/__chaos") return app.fetch(request, withFaults(env), ctx);
    if (request.method === "PUT") {
      setFaults(await request.json());
      return Response.json({ ok: true });
    }
    return Response.json(await findUnsettled(env));
  },
} satisfies ExportedHandler<Env>;
