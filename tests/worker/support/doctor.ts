/** The doctor of a studio, through its HTTP interface. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { type DoctorCheck, doctorReport } from "../../../worker/api/schemas/doctor.ts";
import { app } from "../../../worker/app.ts";
import { ORIGIN } from "./app.ts";

const TOKEN = "the-admin-token-of-these-tests";

export async function post(path: string, settings: object = {}): Promise<Response> {
  const request = { method: "POST", headers: { authorization: `Bearer ${TOKEN}` } };
  const bindings = { ...env, ALLOWED_USERS: "@example.com", ADMIN_TOKEN: TOKEN, ...settings };
  return app.request(`${ORIGIN}/api/admin/${path}`, request, bindings, createExecutionContext());
}

export async function examine(settings: object = {}): Promise<Record<string, Omit<DoctorCheck, "id">>> {
  const response = await post("doctor", settings);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  for (const secret of [TOKEN, env.SKYTELLS_API_KEY, env.SESSION_SECRET, "?page"]) {
    expect(text, "a secret or a query").not.toContain(secret);
  }
  const { checks } = doctorReport.parse(JSON.parse(text));
  for (const { ok, fix, id } of checks) expect(fix === undefined, id).toBe(ok === true);
  return Object.fromEntries(checks.map(({ id, ...finding }) => [id, finding]));
}

export const HEALTHY = {
  settings: true,
  bindings: true,
  database: true,
  migrations: true,
  "sign-in": true,
  bucket: true,
  images: true,
  alarm: true,
  skytells: true,
  models: true,
  clock: true,
  webhook: "warning",
};

export const statesOf = (checks: Awaited<ReturnType<typeof examine>>) =>
  Object.fromEntries(Object.entries(checks).map(([id, { ok }]) => [id, ok]));
