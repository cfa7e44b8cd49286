/** What the doctor finds in a database without users, and in one of another version. */
import { env } from "cloudflare:workers";
import { expect, it, onTestFinished } from "vitest";
import { examine, HEALTHY, statesOf } from "./support/doctor.ts";

it("names a migration that the database lacks", async () => {
  const last = "select name from d1_migrations order by id desc limit 1";
  const name = await env.DB.prepare(last).first<string>("name");
  await env.DB.prepare("delete from d1_migrations where name = ?").bind(name).run();
  onTestFinished(async () => {
    await env.DB.prepare("insert into d1_migrations (name) values (?)").bind(name).run();
  });
  const checks = await examine();
  expect(statesOf(checks)).toEqual({ ...HEALTHY, migrations: false });
  expect(checks["migrations"]?.what).toBe(`The database lacks ${name?.replace(".sql", "")}.`);
});

it("accepts the database of a newer version, as after a rollback", async () => {
  await env.DB.prepare("insert into d1_migrations (name) values ('9999_newer.sql')").run();
  onTestFinished(async () => {
    await env.DB.prepare("delete from d1_migrations where name = '9999_newer.sql'").run();
  });
  expect(statesOf(await examine())).toEqual(HEALTHY);
});

it("warns when no user can sign in, until there is an invitation", async () => {
  const stateOf = async () => (await examine({ ALLOWED_USERS: "" }))["sign-in"]?.ok;
  const invite = (id: string, expiresAt: number) =>
    env.DB.prepare(
      `insert into invitations (id, digest, email, plan, operator, created_at, expires_at)
       values (?, ?, 'ann@example.com', 'free', 1, 1, ?)`,
    )
      .bind(id, id, expiresAt)
      .run();
  await invite("expired", Date.now() - 1);
  expect(await stateOf()).toBe("warning");
  await invite("open", Date.now() + 60_000);
  expect(await stateOf()).toBe(true);
});
