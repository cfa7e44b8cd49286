/** What a generation and a gallery cost in billed operations. docs/costs.md is computed from the recorded counts. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import recorded from "../../docs/data/operation-counts.json";
import { deliver, eventually, generate, newPrompt, newUser, objectsOf, reaches } from "./support/app.ts";
import { advance } from "./support/clock.ts";
import { countOperations } from "./support/operations.ts";
import { webhookOf } from "./support/simulator.ts";

const A_DAY_AND_MORE_MS = 26 * 60 * 60 * 1000;

it("a generation costs the recorded operations, with the deletion of its job a day later", async () => {
  const user = await newUser();
  // The first one fetches its model's schema, and makes the object's tables.
  const before = await generate(user, newPrompt("terminal"));
  await reaches(user, before.id, "succeeded");
  await eventually(async () => expect(await objectsOf(user)).toHaveLength(2));
  await advance(user, A_DAY_AND_MORE_MS);
  const counts = await countOperations(user);
  const { id } = await generate(user, newPrompt("delay=0.3"));
  await deliver(await webhookOf(id, "started"));
  await deliver(await webhookOf(id, "succeeded"));
  await eventually(async () => expect(counts()).toMatchObject({ r2ClassA: 2, d1RoundTrips: 4 }));
  await advance(user, A_DAY_AND_MORE_MS);
  expect({ workerRequests: 3, ...counts() }).toEqual(recorded.generation);
});

it("the first opening of a gallery of 48 costs the recorded operations", async () => {
  const user = await newUser();
  const ids = Array.from({ length: 48 }, (_, i) => `${user.id}-${i}`);
  const outputs = JSON.stringify([{ n: 0, ext: "png", width: 800, height: 600 }]);
  const insert = env.DB.prepare(
    "insert into generations (id, user_id, prompt, prompt_folded, status, outputs, created_at) values (?, ?, 'a', 'a', 'succeeded', ?, ?)",
  );
  // SQLite also reads the entry behind the last one of the user, if there is one.
  const ofOthers = ["!", "~"].map((other) => insert.bind(other, other, outputs, 0));
  await env.DB.batch([...ofOthers, ...ids.map((id, at) => insert.bind(id, user.id, outputs, at))]);
  await Promise.all(ids.map((id) => env.OUTPUTS.put(`thumbs/${user.id}/${id}/0.webp`, id)));
  const counts = await countOperations(user);
  await (await user.call("/gallery")).text();
  await Promise.all(ids.map(async (id) => (await user.call(`/images/${id}/0?size=thumb`)).text()));
  expect({ workerRequests: 1 + ids.length, ...counts() }).toEqual(recorded.galleryOf48);
});
