/**
 * Runs the simulator for the worker tests. Its webhooks are held: a test delivers them itself, in any order. Its
 * pictures are tiny: painting them is most of what a test would cost.
 */
import type { TestProject } from "vitest/node";
import { startSimulator } from "../../simulator/server.ts";

export default async function setup(project: TestProject) {
  const simulator = await startSimulator({ port: 0, speed: 40 });
  await fetch(`${simulator.adminUrl}/moods`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ moods: ["webhook-held", "output-tiny"] }),
  });
  project.provide("simulatorApi", simulator.url);
  project.provide("simulatorAdmin", simulator.adminUrl);
  return simulator.close;
}
