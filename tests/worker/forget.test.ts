/** Deleted generations are deleted at Skytells too, slowly: all users share its rate limit. */
import { expect, it } from "vitest";
import {
  eventually,
  generate,
  isIdle,
  newPrompt,
  newUser,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { advance } from "./support/clock.ts";
import { callsOf, createsOf } from "./support/simulator.ts";

const COUNT = 4;

async function withDeleted(): Promise<{ user: Visitor; ids: string[]; deletes: () => Promise<number> }> {
  const user = await newUser();
  const ids: string[] = [];
  for (let count = 0; count < COUNT; count += 1) {
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    ids.push(id);
  }
  expect((await user.post("/api/generations/bulk", { ids, action: "delete" })).status).toBe(200);
  await eventually(async () => expect(await rowsOf(user)).toEqual([]));
  const deletes = async () => {
    const calls = await Promise.all(ids.map(callsOf));
    return calls.reduce((sum, call) => sum + call.deletes, 0);
  };
  return { user, ids, deletes };
}

it("deletes one at Skytells at once, and then one every 15 seconds", async () => {
  const { user, deletes } = await withDeleted();
  for (let done = 1; done <= COUNT; done += 1) {
    await eventually(async () => expect(await deletes()).toBe(done));
    // Fires before the next one's time: nothing is due.
    await advance(user, 10_000);
    expect(await deletes()).toBe(done);
    await advance(user, 5_000);
  }
  await eventually(async () => expect(await deletes()).toBe(COUNT));
});

it("waits while a create is in progress", async () => {
  const { user, deletes } = await withDeleted();
  await eventually(async () => expect(await deletes()).toBe(1));
  const prompt = newPrompt("answer-slow=2");
  const create = user.post("/api/generate", { prompt });
  await eventually(async () => expect(await createsOf(prompt)).toHaveLength(1));
  await advance(user, 15_000);
  expect(await deletes()).toBe(1);
  await create;
  await advance(user, 5_000);
  await eventually(async () => expect(await deletes()).toBe(2));
});
