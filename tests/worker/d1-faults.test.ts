/** The fault table of D1: each request responds as the table says, and soon. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import type { Problem } from "../../worker/api/schemas/problem.ts";
import { CANCEL_WAIT_MS, D1_READ_TIMEOUT_MS, D1_WRITE_TIMEOUT_MS } from "../../worker/config/limits.ts";
import {
  call,
  eventually,
  expectProblem,
  generate,
  isIdle,
  limitsOf,
  newPrompt,
  newUser,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { inStudio } from "./support/in-studio.ts";
import { D1_FAULTS, type D1Operation } from "./support/d1-faults.ts";
import { breakD1, faultD1, skipTimers } from "./support/faults.ts";
import { createsOf } from "./support/simulator.ts";

/** Lines that the Worker logs from now on. */
function logged(): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
  onTestFinished(() => spy.mockRestore());
  return lines;
}

function signIn(email: string) {
  return call("/api/auth/dev", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
}

const outcomeOf = async (response: Response) =>
  response.ok ? response.status : (await response.json<Problem>()).code;

/** The same code for whatever is done while D1 has this fault. */
function perform(operation: D1Operation, user: Visitor, done: string, running: string): Promise<Response> {
  switch (operation) {
    case "list":
      return user.call("/api/generations");
    case "session":
      return user.call("/api/session");
    case "favorite":
      return user.call(`/api/generations/${done}`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: '{"favorite":true}',
      });
    case "share":
      return user.post(`/api/generations/${done}/share`);
    case "generate":
      return user.post("/api/generate", { prompt: newPrompt("terminal") });
    case "cancel":
      return user.post(`/api/predictions/${running}/cancel`);
    case "read":
      return user.call(`/api/predictions/${running}`);
    case "sign in":
      return signIn(user.email);
    default:
      return operation satisfies never;
  }
}

describe("the fault table of D1", () => {
  it.each(D1_FAULTS.map((row) => [row.fault, row] as const))(
    "a D1 that %s",
    async (fault, { begin, responses }) => {
      const user = await newUser("pro");
      const done = await generate(user, newPrompt("terminal"));
      await reaches(user, done.id, "succeeded");
      const running = await generate(user, newPrompt("stuck"));
      await eventually(async () => expect(await rowsOf(user)).toHaveLength(2));
      if (fault === "never answers") skipTimers(D1_READ_TIMEOUT_MS, D1_WRITE_TIMEOUT_MS, CANCEL_WAIT_MS);
      const end = begin();
      const operations = Object.keys(responses) as D1Operation[];
      const seen: Record<string, unknown> = {};
      for (const operation of operations.toSorted((a) => (a === "cancel" ? 1 : -1))) {
        seen[operation] = await outcomeOf(await perform(operation, user, done.id, running.id));
      }
      end();
      expect(seen).toEqual(responses);
      await isIdle(user);
      await eventually(async () => {
        const rows = await rowsOf(user);
        expect(rows).toHaveLength(responses.generate === 202 ? 3 : 2);
        expect(rows.find(({ id }) => id === running.id)).toMatchObject({ status: "canceled" });
      });
    },
  );

  it("ends every session, though the response to the write is lost", async () => {
    const user = await newUser();
    let losses = 1;
    const end = faultD1((sql) => (/^update/i.test(sql) && losses-- > 0 ? "lost" : null));
    expect((await user.post("/api/auth/logout-everywhere")).status).toBe(204);
    end();
    await expectProblem(await user.call("/api/generations"), "unauthenticated");
  });

  it("logs a statement that D1 rejects as a bug, and an outage as an outage", async () => {
    const user = await newUser();
    const lines = logged();
    const fail = async (message: string) => {
      const end = faultD1(() => new Error(message));
      const response = await user.call("/api/generations");
      end();
      return response;
    };
    await expectProblem(await fail("D1_ERROR: no such column: x: SQLITE_ERROR"), "internal");
    expect(lines.filter((line) => line.includes("unexpected_error"))).toHaveLength(1);
    await expectProblem(
      await fail("D1_ERROR: D1 DB is overloaded. Too many requests queued."),
      "storage_unavailable",
    );
    expect(lines.filter((line) => line.includes("unexpected_error"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("storage_unavailable"))).toHaveLength(1);
  });
});

describe("D1 that reads but does not write", () => {
  const refusesInserts = () => breakD1((sql) => /insert into "?generations/i.test(sql));
  /** Moves the user's jobs into the past. */
  const age = (user: Visitor, ms: number) =>
    inStudio(user, (sql) =>
      sql.exec(
        "update jobs set created_at = created_at - ?1, document = json_set(document, '$.confirmedAt', (document ->> '$.confirmedAt') - ?1)",
        ms,
      ),
    );
  /** The next test file has the same workerd, and counts statements. */
  const hasNothingPending = (user: Visitor) =>
    eventually(async () => {
      await inStudio(user, (sql) => sql.exec("update jobs set next_at = 0 where tasks <> '[]'"));
      await limitsOf(user);
      expect(
        await inStudio(user, (sql) => sql.exec("select id from jobs where tasks <> '[]'").toArray()),
      ).toEqual([]);
    });

  it("admits while the oldest unrecorded generation is younger than 2 minutes, and not after", async () => {
    const user = await newUser("pro");
    const lines = logged();
    const end = refusesInserts();
    await generate(user, newPrompt("terminal"));
    await age(user, 110_000);
    await generate(user, newPrompt("terminal"));
    await age(user, 11_000);
    const prompt = newPrompt();
    const problem = await expectProblem(await user.post("/api/generate", { prompt }), "storage_unavailable");
    expect(problem.detail).toBe("The studio cannot save new images right now. Nothing was generated.");
    expect(await createsOf(prompt)).toEqual([]);
    expect(lines.map((line) => JSON.parse(line))).toContainEqual({
      event: "record_overdue",
      user: user.id,
      generations: 1,
    });
    end();
    await inStudio(user, (sql) => sql.exec("update jobs set next_at = 0"));
    await limitsOf(user);
    await eventually(async () => expect(await rowsOf(user)).toHaveLength(2));
    await generate(user, newPrompt("terminal"));
  });

  it("also refuses when the unrecorded generations were deleted", async () => {
    const user = await newUser();
    const endInserts = refusesInserts();
    const { id } = await generate(user, newPrompt("terminal"));
    await age(user, 121_000);
    const end = breakD1((sql) => /^(?:insert|delete)/i.test(sql));
    await user.call(`/api/generations/${id}`, { method: "DELETE" });
    await expectProblem(await user.post("/api/generate", { prompt: newPrompt() }), "storage_unavailable");
    endInserts();
    end();
    await hasNothingPending(user);
  });

  it("still replays a request under its key", async () => {
    const user = await newUser();
    const end = refusesInserts();
    const key = { "idempotency-key": crypto.randomUUID() };
    const body = { prompt: newPrompt("terminal") };
    const first = await (await user.post("/api/generate", body, key)).json<{ generation: Generation }>();
    await age(user, 121_000);
    const again = await user.post("/api/generate", body, key);
    expect(again.status).toBe(202);
    expect(await again.json()).toMatchObject({ generation: { id: first.generation.id } });
    end();
    await hasNothingPending(user);
  });

  it("admits though a row only lacks its last update", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    await eventually(async () => expect(await rowsOf(user)).toHaveLength(1));
    const end = breakD1((sql) => /^update/i.test(sql));
    await user.post(`/api/predictions/${id}/cancel`);
    await isIdle(user);
    await age(user, 121_000);
    await generate(user, newPrompt("terminal"));
    end();
    await hasNothingPending(user);
  });
});
