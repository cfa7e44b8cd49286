import { describe, expect, it } from "vitest";
import {
  deliver,
  generate,
  isIdle,
  list,
  newPrompt,
  newUser,
  objectsOf,
  openStudio,
  reaches,
  read,
  rowsOf,
  eventually,
} from "./support/app.ts";
import { createsOf, ended, webhookOf } from "./support/simulator.ts";

describe.concurrent("a prompt becomes an image", () => {
  it("by webhook: one row, one image, one thumbnail", async () => {
    const user = await newUser();
    const prompt = newPrompt();
    const generation = await generate(user, prompt, { aspectRatio: "16:9" });
    expect(generation).toMatchObject({ prompt, model: "truefusion-pro", status: "queued", outputUrl: null });
    expect(generation.options.aspectRatio).toBe("16:9");

    await deliver(await webhookOf(generation.id, "started"));
    await deliver(await webhookOf(generation.id, "succeeded"));
    const done = await reaches(user, generation.id, "succeeded");
    expect(done).toMatchObject({
      outputUrl: `/images/${generation.id}/0`,
      error: null,
    });
    expect(done.outputs).toHaveLength(1);
    expect((done.width ?? 0) / (done.height ?? 1)).toBeCloseTo(16 / 9, 0);
    expect(done.completedAt).not.toBeNull();

    const picture = await user.call(done.outputUrl as string);
    expect(picture.status).toBe(200);
    const { output } = await ended(generation.id);
    const original = await fetch((output as string[])[0] as string);
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(new Uint8Array(await original.arrayBuffer()));

    expect(await rowsOf(user)).toHaveLength(1);
    await isIdle(user);
    await eventually(async () =>
      expect(await objectsOf(user)).toEqual([
        `outputs/${user.id}/${generation.id}/0.png`,
        `thumbs/${user.id}/${generation.id}/0.webp`,
      ]),
    );
    expect((await list(user)).items.map((item) => item.id)).toEqual([generation.id]);
  });

  it("by the alarm alone, when no webhook ever comes", async () => {
    const user = await newUser();
    const generation = await generate(user);
    await reaches(user, generation.id, "succeeded");
    await isIdle(user);
  });

  it("from a create response that is already terminal", async () => {
    const user = await newUser();
    const generation = await generate(user, newPrompt("terminal"), { model: "truefusion-edge" });
    const done = await reaches(user, generation.id, "succeeded");
    expect(done.width).toBe(done.height);
  });

  it("a repeated webhook, also after the end, changes nothing", async () => {
    const user = await newUser();
    const generation = await generate(user);
    const webhook = await webhookOf(generation.id, "succeeded");
    const responses = await Promise.all([deliver(webhook), deliver(webhook), deliver(webhook)]);
    expect(responses.map((response) => response.status)).toEqual([200, 200, 200]);
    const done = await reaches(user, generation.id, "succeeded");
    expect((await deliver(webhook)).status).toBe(200);
    expect((await deliver(await webhookOf(generation.id, "started"))).status).toBe(200);
    expect(await read(user, generation.id)).toEqual(done);
    expect(await rowsOf(user)).toHaveLength(1);
    expect((await objectsOf(user)).filter((key) => key.startsWith("outputs/"))).toHaveLength(1);
  });

  it("is pushed to every socket of the user", async () => {
    const user = await newUser();
    const [one, other] = await Promise.all([openStudio(user), openStudio(user)]);
    const generation = await generate(user);
    await deliver(await webhookOf(generation.id, "succeeded"));
    for (const { events } of [one, other]) {
      await eventually(async () =>
        expect(events.findLast((event) => event.type === "generation")?.generation.status).toBe("succeeded"),
      );
      expect(events[0]).toMatchObject({
        type: "snapshot",
        limits: { concurrent: 1, inFlight: 0, unconfirmed: 0 },
        inFlight: [],
      });
      const replaced = events.find((event) => event.type === "generation" && event.replaces !== undefined);
      expect(replaced).toMatchObject({ generation: { id: generation.id } });
      expect(events.findLast((event) => event.type === "limits")).toMatchObject({ limits: { inFlight: 0 } });
    }
  });

  it("stores its seed, which is sent also when the request has none", async () => {
    const user = await newUser();
    const prompt = newPrompt();
    const generation = await generate(user, prompt);
    const [create] = await createsOf(prompt);
    expect(create?.input.seed).toBeTypeOf("number");
    expect(generation.options.seed).toBe(create?.input.seed);
  });
});
