/** What can happen to a job on its way from the click to the image, at every step of it. */
import { beforeAll, describe, expect, it } from "vitest";
import { openStudio } from "./support/app.ts";
import { crashAt, gateSkytells, holdAt, passed, type Point } from "./support/gates.ts";
import { at, crashPoints, cross, deliverEnd, expectOneTruth, INTRUDERS, setUp } from "./support/race.ts";

beforeAll(gateSkytells);

/** Where a job can be held. */
const WAY: Record<string, Point> = {
  "Skytells has created it, and its response is on the way": at("after", /^skytells POST \/predictions$/),
  "the response has arrived, and the row is not written": at("before", /^d1 .*insert into "generations"/),
  "its row is written, which is not known yet": at("after", /^d1 .*insert into "generations"/),
  "progress is being written": at("before", /^d1 update "generations".*"processing"/),
  "the picture is asked for": at("before", /^output/),
  "the picture is coming": at("after", /^output/),
  "R2 is about to store it": at("before", /^r2 put outputs/),
  "R2 has stored it, which is not known yet": at("after", /^r2 put outputs/),
  "success is being written": at("before", /^d1 update "generations".*"succeeded"/),
  "success is written, which is not known yet": at("after", /^d1 update "generations".*"succeeded"/),
  "the thumbnail is being stored": at("before", /^r2 put thumbs/),
};

describe.concurrent.each(cross(WAY, INTRUDERS))("$where, and then $who", ({ point, who, intruder }) => {
  it("object, D1 and R2 agree at the end", async () => {
    const scene = await setUp("delay=0.1");
    const { user } = scene;
    const studio = await openStudio(user);
    const gate = holdAt(user, point);
    const click = scene.send();
    const news = deliverEnd(scene);
    await gate.reached;
    const { response } = await intruder(scene);
    gate.open();
    const said = await response;
    await Promise.all([click, news]);
    await expectOneTruth(scene, {
      canceled: who === "a cancel" && said?.status === 200,
      deleted: who === "a delete" && (said === null || said?.status === 204),
      studio,
    });
  });
});

describe.concurrent.each(crashPoints(WAY))("%s, and the object ends there", (_, point) => {
  it("continues after a restart", async () => {
    const scene = await setUp("delay=0.1");
    crashAt(scene.user, point);
    const [said] = await Promise.all([scene.send(), deliverEnd(scene), passed(scene.user)]);
    expect(said === null || [202, 409, 502, 503, 504].includes(said.status), `${said?.status}`).toBe(true);
    // Skytells repeats an unacknowledged webhook, and the studio repeats the click with the same key.
    await deliverEnd(scene);
    await scene.send();
    await expectOneTruth(scene, { canceled: false, deleted: false });
  });
});
