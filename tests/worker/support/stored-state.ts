/** The content of D1, R2 and users' objects as one value, to compare before and after. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

type Rows = Record<string, unknown>[];

export type StoredState = {
  users: Rows;
  generations: Rows;
  days: Rows;
  /** By user. */
  jobs: Record<string, Rows>;
  objects: string[];
};

const table = async (sql: string): Promise<Rows> => (await env.DB.prepare(sql).all()).results;

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await env.OUTPUTS.list(cursor === undefined ? {} : { cursor });
    found.push(...page.objects.map(({ key, etag }) => `${key} ${etag}`));
    if (!page.truncated) return found.sort();
    cursor = page.cursor;
  }
}

export function jobsOf(userId: string): Promise<Rows> {
  return runInDurableObject(env.STUDIO.getByName(userId), (_, { storage }) =>
    storage.sql.exec("select 1 from sqlite_master where name = 'jobs'").toArray().length === 0
      ? []
      : storage.sql.exec("select * from jobs order by id").toArray(),
  );
}

/** All of D1 and R2, and the jobs of these users. */
export async function storedStateOf(...userIds: string[]): Promise<StoredState> {
  const [users, generations, days, objects, ...jobs] = await Promise.all([
    table("select * from users order by id"),
    table("select * from generations order by id"),
    table("select * from days order by day"),
    keys(),
    ...userIds.map(jobsOf),
  ]);
  return {
    users,
    generations,
    days,
    objects,
    jobs: Object.fromEntries(userIds.map((id, at) => [id, jobs[at] ?? []])),
  };
}
