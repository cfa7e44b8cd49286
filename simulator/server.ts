import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { createAdmin } from "./admin.ts";
import { createApi } from "./api.ts";
import { createCreate } from "./create.ts";
import { createLedger } from "./ledger.ts";
import { createMoodStore } from "./moods.ts";
import { type SimulatorOptions, withDefaults } from "./options.ts";
import { createOutage } from "./outage.ts";
import { createOutputs } from "./outputs.ts";
import { createPainter } from "./painter.ts";
import { createPredictions, type Prediction } from "./predictions.ts";
import { createPresenter } from "./present.ts";
import { createRandom } from "./random.ts";
import { createWebhooks, type WebhookEvent } from "./webhooks.ts";

export type Simulator = {
  /** The value of SKYTELLS_API_URL. */
  url: string;
  adminUrl: string;
  port: number;
  close: () => Promise<void>;
};

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = withDefaults(options);
  let origin = "";
  const random = createRandom(settings.seed);
  const moodStore = createMoodStore(settings.seed);
  const ledger = createLedger();
  const painter = createPainter();
  const outage = createOutage(ledger);
  const present = createPresenter(() => origin, settings.outputTtlSeconds);
  const webhooks = createWebhooks({
    key: settings.webhookSecret ?? settings.key,
    speed: settings.speed,
    ledger,
    present,
  });

  const webhookDelays = new WeakMap<Prediction, Promise<void>>();
  const webhooksSent = new WeakMap<Prediction, Promise<void>>();
  const notify = (prediction: Prediction, event: WebhookEvent) => {
    const sending = webhooks.notify(prediction, event, webhookDelays.get(prediction) ?? Promise.resolve());
    webhooksSent.set(prediction, sending);
  };
  const predictions = createPredictions({
    speed: settings.speed,
    random,
    onStarted: (prediction) => notify(prediction, "started"),
    onEnded: (prediction) => {
      ledger.removeInFlight(prediction.id);
      if (prediction.status !== "queued" && prediction.status !== "processing")
        notify(prediction, prediction.status);
    },
  });
  const create = createCreate({
    predictions,
    moodStore,
    ledger,
    present,
    random,
    delayWebhooks: (prediction, after) => void webhookDelays.set(prediction, after),
    webhooksSent: (prediction) => webhooksSent.get(prediction) ?? Promise.resolve(),
  });

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use("/v1/*", outage.middleware);
  app.route("/v1", createApi({ key: settings.key, predictions, moodStore, ledger, present, create }));
  app.route(
    "/outputs",
    createOutputs({ predictions, painter, ledger, outputTtlSeconds: settings.outputTtlSeconds }),
  );
  app.route("/_admin", createAdmin({ predictions, moodStore, ledger, present, webhooks, outage }));
  app.onError((error, c) => {
    console.error(error);
    return c.json({ error: String(error) }, 500);
  });

  const server = createAdaptorServer({ fetch: app.fetch, createServer }) as Server;
  // Longer than the clients' own timeout: with Node's 5 s, which workerd uses too, the server sometimes closed a
  // connection on which a create was arriving.
  server.keepAliveTimeout = 65_000;
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(settings.port, "127.0.0.1", resolve);
  await listening;
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;

  return {
    url: `${origin}/v1`,
    adminUrl: `${origin}/_admin`,
    port,
    async close() {
      predictions.close();
      webhooks.close();
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await Promise.all([closed, painter.close()]);
    },
  };
}
