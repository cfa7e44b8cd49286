/** Races between the steps of a cancel or delete and other events of the same job. */
import { beforeAll, describe, expect, it } from "vitest";
import { eventually, openStudio, reaches, type Visitor } from "./support/app.ts";
import { crashAt, gateSkytells, holdAt, passed, type Point } from "./support/gates.ts";
import {
  at,
  clearOf,
  crashPoints,
  cross,
  deliverEnd,
  expectOneTruth,
  type Intruder,
  jobsOf,
  maybe,
  pick,
  setUp,
} from "./support/race.ts";
import { callsOf, finish } from "./support/simulator.ts";

beforeAll(gateSkytells);

/** A cancel on its way, and where it can be held. */
const CANCEL_WAY: Record<string, Point> = {
  "the cancel is being written": at("before", /^d1 update "generations".*"canceled"/),
  "the cancel is written, which is not known yet": at("after", /^d1 update "generations".*"canceled"/),
  "before the cancel reaches Skytells": at("before", /^skytells POST .*cancel$/),
  "Skytells has canceled, which is not known yet": at("after", /^skytells POST .*cancel$/),
};

const CANCEL_INTRUDERS: Record<string, Intruder> = {
  ...pick("the alarm", "a cancel", "a delete", "the same click again", "another click"),
  "Skytells' end": async (scene) => {
    await finish(await scene.id());
    await deliverEnd(scene);
    return {};
  },
};

describe.concurrent.each(cross(CANCEL_WAY, CANCEL_INTRUDERS))(
  "$where, and then $who",
  ({ point, intruder, who }) => {
    it("stays canceled, or is gone", async () => {
      const scene = await setUp("stuck");
      const { user } = scene;
      const studio = await openStudio(user);
      await scene.send();
      const id = await scene.id();
      const gate = holdAt(user, point);
      const cancel = user.post(`/api/predictions/${id}/cancel`);
      await gate.reached;
      const { response } = await intruder(scene);
      gate.open();
      const deleted = who === "a delete" && (await response)?.status === 204;
      expect((await cancel).status).toBe(200);
      await expectOneTruth(scene, { canceled: true, deleted, studio });
    });
  },
);

it.each(Object.entries(pick("a cancel", "a delete")))(
  "%s reaches Skytells while D1 is down",
  async (who, intruder) => {
    const scene = await setUp("stuck");
    const { user } = scene;
    await scene.send();
    const id = await scene.id();
    const write = who === "a cancel" ? /^d1 update "generations"/ : /^d1 .*delete from "generations"/s;
    const gate = holdAt(user, at("before", write));
    const { response } = await intruder(scene);
    await gate.reached;
    await eventually(async () => expect(await callsOf(id)).toMatchObject({ cancels: 1 }));
    gate.open();
    await response;
    await expectOneTruth(scene, { canceled: who === "a cancel", deleted: who === "a delete" });
  },
);

describe.concurrent.each(crashPoints(CANCEL_WAY))("%s, and the object ends there", (_, point) => {
  it("stays canceled, also at Skytells", async () => {
    const scene = await setUp("stuck");
    const { user } = scene;
    await scene.send();
    crashAt(user, point);
    await Promise.all([maybe(user.post(`/api/predictions/${await scene.id()}/cancel`)), passed(user)]);
    await eventually(async () =>
      expect((await user.post(`/api/predictions/${await scene.id()}/cancel`)).status).toBe(200),
    );
    await expectOneTruth(scene, { canceled: true, deleted: false });
  });
});

/** A delete of a finished image on its way, and where it can be held. */
const DELETE_WAY: Record<string, Point> = {
  "its row is about to go": at("before", /^d1 .*delete from "generations"/s),
  "its row is gone, which is not known yet": at("after", /^d1 .*delete from "generations"/s),
  "its objects are being looked for": at("after", /^r2 list/),
  "its objects are about to go": at("before", /^r2 delete/),
  "its objects are gone, which is not known yet": at("after", /^r2 delete/),
  "Skytells is about to forget it": at("before", /^skytells DELETE/),
};

const onPicture =
  (request: (user: Visitor, id: string) => Promise<Response>): Intruder =>
  async ({ user, id }) => ({ response: maybe(request(user, await id())) });

const DELETE_INTRUDERS: Record<string, Intruder> = {
  ...pick("its webhook", "the alarm", "the same click again", "another click"),
  "a favourite": onPicture((user, id) =>
    user.call(`/api/generations/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ favorite: true }),
    }),
  ),
  "a share": onPicture((user, id) => user.post(`/api/generations/${id}/share`)),
  "its thumbnail, asked for": onPicture((user, id) => user.call(`/images/${id}/0?size=thumb`)),
  "a cancel": onPicture((user, id) => user.post(`/api/predictions/${id}/cancel`)),
  "another delete": onPicture((user, id) => user.call(`/api/generations/${id}`, { method: "DELETE" })),
};

async function picture(...moods: string[]) {
  const scene = await setUp("terminal", ...moods);
  const studio = await openStudio(scene.user);
  await scene.send();
  const id = await scene.id();
  await reaches(scene.user, id, "succeeded");
  await eventually(async () => expect((await jobsOf(scene.user)).every(clearOf)).toBe(true));
  return { scene, studio, id, remove: () => scene.user.call(`/api/generations/${id}`, { method: "DELETE" }) };
}

describe.concurrent.each(cross(DELETE_WAY, DELETE_INTRUDERS))(
  "$where, and then $who",
  ({ point, intruder }) => {
    it("is gone", async () => {
      const { scene, studio, remove } = await picture();
      const gate = holdAt(scene.user, point);
      const removing = remove();
      await gate.reached;
      const { response } = await intruder(scene);
      gate.open();
      expect((await removing).status).toBe(204);
      expect((await response)?.status ?? 200).toBeLessThan(500);
      await expectOneTruth(scene, { canceled: false, deleted: true, studio });
    });
  },
);

describe.concurrent.each(crashPoints(DELETE_WAY))("%s, and the object ends there", (_, point) => {
  it("is gone", async () => {
    const { scene, remove } = await picture();
    crashAt(scene.user, point);
    await Promise.all([maybe(remove()), passed(scene.user)]);
    await eventually(async () => expect([204, 404]).toContain((await remove()).status));
    await expectOneTruth(scene, { canceled: false, deleted: true });
  });
});
