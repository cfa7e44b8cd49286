/** Writes long histories directly into D1, without images in R2, because generating them would take too long. */
import type { Page } from "playwright-core";
import { type AppAddress, runSql } from "./app.ts";

/** One gray pixel, as PNG. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
);

export type Seed = { email: string; count: number; prompt: string };

/** The id of the generation with this number; the highest is the newest. */
export const seededId = (prompt: string, number: number) =>
  `${prompt.toLowerCase().replace(/\W+/g, "-")}-${number}`;

/** Inserts generations of several shapes, one per minute, the newest an hour old. The user must have signed in once. */
export async function seedImages(app: AppAddress, { email, count, prompt }: Seed): Promise<void> {
  const newest = Date.now() - 3_600_000;
  const shape =
    "case i % 4 when 0 then '1024,\"height\":1024' when 1 then '1344,\"height\":768' when 2 then '832,\"height\":1216' else '1248,\"height\":832' end";
  await runSql(
    app,
    `insert into generations (id, user_id, prompt, prompt_folded, status, output_url, outputs, options, created_at, completed_at)
     with recursive number(i) as (select 1 union all select i + 1 from number where i < ${count})
     select '${seededId(prompt, 0).slice(0, -1)}' || i, users.id, '${prompt} ' || i, lower('${prompt} ' || i), 'succeeded',
       '/images/' || '${seededId(prompt, 0).slice(0, -1)}' || i || '/0',
       '[{"n":0,"ext":"png","width":' || ${shape} || '}]', '{"seed":' || i || '}',
       ${newest} - (${count} - i) * 60000, ${newest} - (${count} - i) * 60000 + 4000
     from number, users where users.email = '${email}'`,
  );
}

/** Responds to requests for seeded images with one pixel, because R2 has no files for them. */
export async function paintSeeded(page: Page, prompt: string): Promise<void> {
  await page.route(`**/images/${seededId(prompt, 0).slice(0, -1)}*/**`, (route) =>
    route.fulfill({ contentType: "image/png", body: PIXEL }),
  );
}

/**
 * Fills the operator's page with what takes hours: stuck generations, failures, webhooks, usage, and a Skytells account that
 * is refused. The user must have signed in once.
 */
export async function seedOperatorPage(app: AppAddress, email: string): Promise<void> {
  const now = Date.now();
  const hour = now - (now % 3_600_000);
  const user = `(select id from users where email = '${email}')`;
  const generation = (id: string, status: string, error: string | null, minutesAgo: number) =>
    `('${id}', ${user}, 'seeded', 'seeded', '${status}', ${error === null ? "null" : `'{"code":"${error}"}'`}, ` +
    `${now - minutesAgo * 60_000}, ${error === null ? "null" : now - minutesAgo * 60_000})`;
  const failures = ["timed_out", "timed_out", "content_policy", "upstream_failed"];
  const rows = [
    ...["1", "2"].map((n) => generation(`0193a000-0000-7000-8000-00000000000${n}`, "processing", null, 900)),
    ...failures.map((code, n) => generation(`seeded-failure-${n}`, "failed", code, 60 * (n + 1))),
  ];
  const counts = { account_rejected: 3, "webhook.accepted": 812, "webhook.bad_signature": 7 };
  const counted = Object.entries(counts).map(([name, count]) => `(${hour}, '${name}', ${count})`);
  const days = Array.from({ length: 20 }, (_, n) => {
    const day = new Date(now - (n + 1) * 86_400_000).toISOString().slice(0, 10);
    return `('${day}', ${((n * 37) % 90) + 5})`;
  });
  await runSql(
    app,
    `insert or replace into generations (id, user_id, prompt, prompt_folded, status, error, created_at, completed_at) values ${rows.join()};
     insert or replace into operator_counts (hour, name, count) values ${counted.join()};
     insert or replace into refused_webhooks (id, at, verdict, generation_id) values
       ('a', ${now - 60_000}, 'bad_signature', null), ('b', ${now - 120_000}, 'unknown', '0193a000-0000-7000-8000-000000000009');
     insert or replace into days (day, created) values ${days.join()};
     insert or replace into studio_state (key, value) values ('paused', '1')`,
  );
}
