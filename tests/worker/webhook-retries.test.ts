/** Webhook endpoints: retries, resends, how many deliveries are kept, and when an endpoint is disabled. */
import { describe, expect, it } from "vitest";
import { eventually, expectProblem, killStudio, newUser } from "./support/app.ts";
import { inStudio } from "./support/in-studio.ts";
import { advance } from "./support/clock.ts";
import {
  change,
  createEndpoint,
  deliveriesOf,
  endpointOf,
  ENDPOINTS,
  eventIn,
  newestDelivery,
  send,
  succeed,
} from "./support/receiver.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

describe.concurrent("a failed delivery", () => {
  it("is repeated under the same webhook-id, until it succeeds", async () => {
    const user = await newUser();
    const { id, receiver, secret } = await createEndpoint(user, "error");
    await succeed(user);
    const first = await newestDelivery(user, id, { attempts: 1 });
    const wait = Date.parse(first.nextAttemptAt ?? "") - Date.parse(first.lastAttemptAt ?? "");
    expect(wait).toBeGreaterThanOrEqual(4_500);
    expect(wait).toBeLessThanOrEqual(5_500);
    expect(await endpointOf(user, id)).toMatchObject({ enabled: true, failingSince: expect.any(String) });
    await advance(user, 1_000);
    expect(await receiver.requests()).toHaveLength(1);
    await receiver.set("ok");
    await advance(user, 5_000);
    const requests = await receiver.requests(2);
    expect(new Set(requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(requests[1]?.body).toBe(requests[0]?.body);
    for (const request of requests) expect(eventIn(request, secret).type).toBe("generation.succeeded");
    await newestDelivery(user, id, { status: "delivered", attempts: 2 });
    expect((await endpointOf(user, id))?.failingSince).toBeNull();
    await advance(user, DAY_MS);
    expect(await receiver.requests()).toHaveLength(2);
  });

  it("fails after ten attempts, and can be sent again", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user, "error");
    // Not disabled by the five days: a test of the schedule alone.
    await succeed(user);
    for (let attempts = 1; attempts <= 10; attempts += 1) {
      await eventually(async () => {
        const [newest] = (await deliveriesOf(user, id)).deliveries;
        expect(newest?.attempts).toBe(attempts);
      });
      const [newest] = (await deliveriesOf(user, id)).deliveries;
      if (attempts < 10) {
        const due = await inStudio(user, (sql) =>
          sql.exec<{ at: number }>("select next_at - last_attempt_at as at from deliveries").one(),
        );
        await advance(user, due.at);
      } else expect(newest).toMatchObject({ status: "failed", nextAttemptAt: null, error: "status" });
    }
    expect(await receiver.requests()).toHaveLength(10);
    const [failed] = (await deliveriesOf(user, id)).deliveries;
    await receiver.set("ok");
    const again = await send(user, `${id}/deliveries/${failed?.id}/resend`);
    expect(again).toMatchObject({ id: failed?.id, status: "pending", attempts: 0 });
    await newestDelivery(user, id, { status: "delivered", attempts: 1 });
  });

  it("can be sent again at once while it waits", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user, "error");
    await succeed(user);
    const waiting = await newestDelivery(user, id, { attempts: 1 });
    await receiver.set("ok");
    await send(user, `${id}/deliveries/${waiting.id}/resend`);
    await newestDelivery(user, id, { status: "delivered", attempts: 2 });
  });
});

describe.concurrent("an endpoint is disabled", () => {
  it("at once by 410, with what waits for it; and enabled again by its user", async () => {
    const user = await newUser("pro");
    const { id, receiver, secret } = await createEndpoint(user, "error");
    await succeed(user);
    const waiting = await newestDelivery(user, id, { status: "pending", attempts: 1 });
    await receiver.set("gone");
    await succeed(user);
    await eventually(async () =>
      expect(await endpointOf(user, id)).toMatchObject({ enabled: false, disabledReason: "gone" }),
    );
    expect((await deliveriesOf(user, id)).deliveries).toMatchObject([
      { status: "failed", responseStatus: 410 },
      { status: "failed", nextAttemptAt: null },
    ]);
    await succeed(user);
    expect(await receiver.requests()).toHaveLength(2);
    const path = `${ENDPOINTS}/${id}/deliveries/${waiting.id}/resend`;
    await expectProblem(await user.post(path), "not_ready");

    await receiver.set("ok");
    await change(user, id, { enabled: true });
    const made = await succeed(user);
    const { 2: last } = await receiver.requests(3);
    expect(eventIn(last, secret).data.generation.id).toBe(made.id);
  });

  it("after five days without a success, not before", async () => {
    const user = await newUser("pro");
    const { id } = await createEndpoint(user, "error");
    await succeed(user);
    await newestDelivery(user, id, { attempts: 1 });
    await advance(user, 4.9 * DAY_MS);
    await newestDelivery(user, id, { attempts: 2 });
    expect(await endpointOf(user, id)).toMatchObject({ enabled: true });
    await advance(user, 0.2 * DAY_MS);
    await eventually(async () =>
      expect(await endpointOf(user, id)).toMatchObject({ enabled: false, disabledReason: "failing" }),
    );
    expect((await deliveriesOf(user, id)).deliveries).toMatchObject([{ status: "failed" }]);
  });

  it("not by failing tests", async () => {
    const user = await newUser();
    const { id } = await createEndpoint(user, "error");
    await send(user, `${id}/test`);
    await newestDelivery(user, id, { type: "webhook.test", status: "failed", attempts: 1 });
    expect(await endpointOf(user, id)).toMatchObject({ enabled: true, failingSince: null });
  });
});

describe.concurrent("deliveries", () => {
  it("are listed in pages, newest first", async () => {
    const user = await newUser();
    const { id } = await createEndpoint(user);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await send(user, `${id}/test`)).id);
    const first = await deliveriesOf(user, id, "?limit=3");
    const second = await deliveriesOf(user, id, `?limit=3&cursor=${first.nextCursor}`);
    const listed = [...first.deliveries, ...second.deliveries];
    expect(new Set(listed.map((delivery) => delivery.id))).toEqual(new Set(ids));
    const times = listed.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(second.nextCursor).toBeNull();
    for (const query of ["?limit=0", "?limit=101", "?cursor=wrong", "?page=2"])
      await expectProblem(await user.call(`${ENDPOINTS}/${id}/deliveries${query}`), "invalid_request");
  });

  it("are bounded: the oldest pending one is dropped, and a hundred finished ones are kept for 30 days", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user, "error");
    await succeed(user);
    await newestDelivery(user, id, { attempts: 1 });
    // Older than the one above, which the next insert drops first.
    await inStudio(user, (sql) => {
      const insert = (count: number, status: string, finished: string) =>
        sql.exec(
          `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
           insert into deliveries (id, endpoint_id, event, payload, status, attempts, next_at, created_at, finished_at)
           select '${status}-' || i, ?, 'webhook.test', '{}', '${status}', 1, null, i, ${finished} from n`,
          id,
        );
      insert(999, "pending", "null");
      insert(150, "delivered", String(Date.now()));
      sql.exec("update deliveries set next_at = 9e15 where id like 'pending-%'");
    });
    await receiver.set("hang");
    await send(user, `${id}/test`);
    const statuses = () =>
      inStudio(user, (sql) =>
        Object.fromEntries(
          sql
            .exec<{ status: string; count: number }>(
              "select status, count(*) as count from deliveries group by 1",
            )
            .toArray()
            .map(({ status, count }) => [status, count]),
        ),
      );
    expect(await statuses()).toEqual({ pending: 1_000, delivered: 99, dropped: 1 });
    await advance(user, 31 * DAY_MS);
    await eventually(async () => expect(await statuses()).not.toHaveProperty("dropped"));
  });
});

describe.concurrent("a delivery that is sent again while 1,000 wait", () => {
  it("is sent, and is not dropped for a later one before that", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user, "error");
    const failed = await send(user, `${id}/test`);
    await newestDelivery(user, id, { status: "failed", attempts: 1 });
    await inStudio(user, (sql) =>
      sql.exec(
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)
         insert into deliveries (id, endpoint_id, event, payload, status, attempts, next_at, created_at)
         select 'waiting-' || i, ?, 'webhook.test', '{}', 'pending', 1, 9e15, ? + i from n`,
        id,
        Date.now(),
      ),
    );
    // Keeps the endpoint busy, so that the others wait.
    await receiver.set("hang");
    await send(user, `${id}/deliveries/waiting-1000/resend`);
    await receiver.requests(2);
    const again = ["waiting-1", failed.id];
    for (const delivery of again) {
      const sent = await send(user, `${id}/deliveries/${delivery}/resend`);
      expect(sent).toMatchObject({ id: delivery, status: "pending" });
    }
    await send(user, `${id}/test`);
    const rows = await inStudio(user, (sql) =>
      sql.exec("select id from deliveries where status = 'dropped' order by created_at").toArray(),
    );
    expect(rows).toEqual([{ id: "waiting-2" }, { id: "waiting-3" }]);

    // The next instance does not wait for the receiver that hangs.
    await receiver.set("ok");
    await killStudio(user);
    await advance(user, 0);
    await eventually(async () => {
      const ids = (await receiver.requests()).map(({ headers }) => headers["webhook-id"]);
      expect(ids.slice(2)).toEqual(expect.arrayContaining(again));
    });
  });
});
