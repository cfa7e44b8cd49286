/** What things cost, in counts: statements, rows, objects, calls. Times are no test's business. */
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { UserStudio } from "../../worker/studio/user-studio.ts";
import {
  deliver,
  eventually,
  generate,
  isIdle,
  list,
  newPrompt,
  newUser,
  objectsOf,
  reaches,
  read,
} from "./support/app.ts";
import { webhookOf } from "./support/simulator.ts";

type Statement = { sql: string; params: unknown[] };

/** Every D1 statement from now on, with its parameters. */
function watchD1(): Statement[] {
  const seen: Statement[] = [];
  const prototype = env.DB.constructor.prototype as D1Database;
  const prepare = prototype.prepare;
  const spy = vi.spyOn(prototype, "prepare").mockImplementation(function (this: D1Database, sql: string) {
    const statement = prepare.call(this, sql);
    const entry: Statement = { sql, params: [] };
    seen.push(entry);
    const bind = statement.bind.bind(statement);
    statement.bind = (...params: unknown[]) => {
      entry.params = params;
      return bind(...params);
    };
    return statement;
  });
  onTestFinished(() => spy.mockRestore());
  return seen;
}

const isRead = ({ sql }: Statement) => /^select/i.test(sql);

async function rowsRead({ sql, params }: Statement): Promise<number> {
  const { meta } = await env.DB.prepare(sql)
    .bind(...params)
    .all();
  return meta.rows_read;
}

describe("a generation costs", () => {
  it("one call of the object to create, one per webhook; few statements and objects", async () => {
    const user = await newUser();
    // Its model's schema is fetched once an hour; that is not what is counted.
    const other = await newUser();
    await reaches(other, (await generate(other, newPrompt("terminal"))).id, "succeeded");
    await eventually(async () => expect(await objectsOf(other)).toHaveLength(2));
    const statements = watchD1();
    const calls: string[] = [];
    for (const name of ["generate", "deliver", "find", "cancel", "remove", "use", "announce"] as const) {
      const original = UserStudio.prototype[name] as (...args: unknown[]) => unknown;
      const spy = vi.spyOn(UserStudio.prototype, name).mockImplementation(function (
        this: UserStudio,
        ...args: unknown[]
      ) {
        calls.push(name);
        return original.apply(this, args) as never;
      });
      onTestFinished(() => spy.mockRestore());
    }
    const puts = vi.spyOn(Object.getPrototypeOf(env.OUTPUTS), "put");
    onTestFinished(() => puts.mockRestore());

    const { id } = await generate(user, newPrompt("delay=0.3"));
    await deliver(await webhookOf(id, "started"));
    await deliver(await webhookOf(id, "succeeded"));
    await eventually(async () => expect(await objectsOf(user)).toHaveLength(2));

    expect(calls).toEqual(["generate", "deliver", "deliver"]);
    expect(statements.filter(isRead)).toHaveLength(1);
    const writes = statements.filter((statement) => !isRead(statement));
    expect(writes.filter(({ sql }) => sql.includes('"days"'))).toHaveLength(1);
    const others = writes.filter(({ sql }) => !sql.includes('"days"')).map(({ sql }) => sql.split(" ")[0]);
    expect(others).toEqual(["insert", "update", "update"]);
    expect(puts).toHaveBeenCalledTimes(2);
    await isIdle(user);
  });

  it("a poll: one statement, two rows", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const statements = watchD1();
    await read(user, id);
    const [poll, ...others] = [...statements];
    expect(others).toEqual([]);
    expect(await rowsRead(poll as Statement)).toBeLessThanOrEqual(2);
  });
});

describe("a gallery page reads", () => {
  it.each([100, 20_000])("a page and one more of %i generations, at any depth", async (count) => {
    const user = await newUser();
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
       insert into generations (id, user_id, prompt, status, created_at) select ? || '-' || i, ?, 'p', 'succeeded', i / 3 from n`,
    )
      .bind(count, user.id, user.id)
      .run();
    const statements = watchD1();
    const first = await list(user, "?limit=24");
    await list(user, `?limit=24&cursor=${first.nextCursor}`);
    const pages = [...statements];
    expect(pages).toHaveLength(2);
    // The user's own row, found through the index of the primary key, is the rest.
    for (const page of pages) expect(await rowsRead(page)).toBeLessThanOrEqual(24 + 1 + 2);
  });
});
