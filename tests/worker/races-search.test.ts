/** Races during the search for an unconfirmed create. Sequential, because all users share Skytells' list. */
import { beforeAll, describe, expect, it } from "vitest";
import { expectProblem, openStudio } from "./support/app.ts";
import { crashAt, gateSkytells, holdAt, passed, type Point } from "./support/gates.ts";
import { at, crashPoints, cross, deliverEnd, expectOneTruth, pick, setUp } from "./support/race.ts";

beforeAll(gateSkytells);

/** Where the search can be held. */
const WAY: Record<string, Point> = {
  "Skytells' list is about to be read": at("before", /^skytells GET \/predictions$/),
  "it is found in the list, which is not known yet": at("after", /^skytells GET \/predictions$/),
  "its row is about to be written": at("before", /^d1 .*insert into "generations"/),
  "its row is written, which is not known yet": at("after", /^d1 .*insert into "generations"/),
};

const WHO = pick("its webhook", "the alarm", "a cancel", "a delete", "the same click again", "another click");

/** Found by the webhook URL if the list has it; else by all its inputs, and then it must be reserved in D1. */
const PROOFS = {
  url: ["answer-lost", "delay=0.1"],
  inputs: ["answer-lost", "delay=0.1", "webhook-field-absent"],
};

describe.each(Object.entries(PROOFS))("proof by %s", (_proof, moods) => {
  it.each(cross(WAY, WHO))("$where, and then $who", async ({ point, who, intruder }) => {
    const scene = await setUp(...moods);
    const { user } = scene;
    const studio = await openStudio(user);
    const gate = holdAt(user, point);
    const lost = await scene.send();
    expect(lost?.status).toBe(504);
    await gate.reached;
    const { response } = await intruder(scene);
    gate.open();
    const said = await response;
    const deleted = who === "a delete" && said?.status === 204;
    // What was deleted Skytells forgets.
    if (!deleted) await deliverEnd(scene);
    await expectOneTruth(scene, {
      canceled: who === "a cancel" && said?.status === 200,
      deleted,
      studio,
    });
  });

  it.each(crashPoints(WAY))("%s, and the object ends there", async (_, point) => {
    const scene = await setUp(...moods);
    crashAt(scene.user, point);
    const [said] = await Promise.all([scene.send(), passed(scene.user)]);
    // The Worker calls the restarted object again: 409 until that one starts to look for the create.
    expect([409, 502, 503, 504]).toContain(said?.status ?? 504);
    if (said?.status === 409) await expectProblem(said, "idempotency_in_progress");
    await deliverEnd(scene);
    await expectOneTruth(scene, { canceled: false, deleted: false });
  });
});
