/**
 * Runs one simulator for each workerd of the worker tests, because its faults of the list affect all its clients. Webhooks
 * are held: a test delivers them itself, in any order. So are the requests for reference images. Images are tiny: drawing
 * them would take most of a test's time.
 */
import type { TestProject } from "vitest/node";
import { type Simulator, startSimulator } from "../../simulator/server.ts";

async function start(): Promise<Simulator> {
  const simulator = await startSimulator({ port: 0, speed: 40 });
  await fetch(`${simulator.adminUrl}/moods`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ moods: ["webhook-held", "output-tiny", "reference-held"] }),
  });
  return simulator;
}

export default async function setup(project: TestProject) {
  const simulators = await Promise.all(Array.from({ length: project.config.maxWorkers }, start));
  project.provide(
    "simulators",
    simulators.map(({ url, adminUrl }) => ({ url, adminUrl })),
  );
  return async () => {
    await Promise.all(simulators.map(({ close }) => close()));
  };
}
