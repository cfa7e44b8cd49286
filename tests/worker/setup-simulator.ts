/**
 * Runs the simulators for the worker tests, one for each workerd: what one is told to do to its list, it does to all who
 * ask for that. Their webhooks are held: a test delivers them itself, in any order. Their images are tiny: painting
 * them is most of what a test would cost.
 */
import type { TestProject } from "vitest/node";
import { type Simulator, startSimulator } from "../../simulator/server.ts";

async function start(): Promise<Simulator> {
  const simulator = await startSimulator({ port: 0, speed: 40 });
  await fetch(`${simulator.adminUrl}/moods`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ moods: ["webhook-held", "output-tiny"] }),
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
