/** A stand-in of a deployed studio, for the scripts that call one. Its responses are what the Worker's schemas say. */
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { type DoctorCheck, doctorReport, selfTest } from "../../../worker/api/schemas/doctor.ts";
import { newInvitation } from "../../../worker/api/schemas/passkey.ts";
import { invitationBody } from "../../../worker/api/schemas/requests/passkey.ts";
import type { Problem } from "../../../worker/api/schemas/problem.ts";

export const TOKEN = "the-token-of-the-live-studio";

export const LINK_TOKEN = "the-token-of-a-link";

export type LiveStudio = {
  url: string;
  /** What the doctor finds. */
  checks: DoctorCheck[];
  /** Responses instead of the studio's, by `METHOD path`. */
  instead: Map<string, () => Response>;
  /** `METHOD path` of all requests, in order. */
  requests: string[];
  close: () => Promise<void>;
};

export const HEALTHY: DoctorCheck[] = [
  { id: "settings", ok: true, what: "All are valid." },
  { id: "database", ok: true, what: "D1 writes and reads." },
  { id: "webhook", ok: "warning", what: "Not tested.", fix: "Run the doctor." },
];

export function problem(code: Problem["code"], status: number, detail: string): Response {
  const body: Problem = { type: `urn:image-studio:${code}`, title: code, status, code, detail };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}

export async function startLiveStudio(): Promise<LiveStudio> {
  const app = new Hono();
  const instead: LiveStudio["instead"] = new Map();
  const requests: string[] = [];
  const signature = "the-signature-of-the-live-studio";

  app.use(async (c, next) => {
    const request = `${c.req.method} ${c.req.path}`;
    requests.push(request);
    const response = instead.get(request)?.();
    return response ?? next();
  });
  app.use("/api/admin/*", async (c, next) =>
    c.req.header("authorization") === `Bearer ${TOKEN}`
      ? next()
      : problem("unauthenticated", 401, "Send Authorization: Bearer with the studio's ADMIN_TOKEN."),
  );
  app.get("/api/health", (c) => c.json({ status: "ok", version: "0.1.0" }));
  app.post("/api/admin/doctor", (c) => c.json(doctorReport.parse({ checks: studio.checks })));
  app.post("/api/admin/doctor/self-test", (c) =>
    c.json(
      selfTest.parse({
        url: `${studio.url}/api/webhooks`,
        headers: { "content-type": "application/json", "x-skytells-signature": signature },
        body: "{}",
      }),
    ),
  );
  app.post("/api/admin/invitations", async (c) => {
    const { email, plan, operator } = invitationBody.parse(await c.req.json());
    const times = { createdAt: "2026-11-29T12:00:00Z", expiresAt: "2026-12-06T12:00:00Z" };
    const invitation = { id: "an-id", email, plan, operator, ...times, usedAt: null, revokedAt: null };
    const link = `${studio.url}/invite#${LINK_TOKEN}`;
    return c.json(newInvitation.parse({ invitation, link }), 201);
  });
  app.post("/api/webhooks", async (c) =>
    c.req.header("x-skytells-signature") === signature && (await c.req.text()) === "{}"
      ? c.json({ ok: true })
      : problem("invalid_signature", 401, "The signature does not match the body."),
  );
  app.notFound(() => problem("not_found", 404, "There is nothing here."));

  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((listening) => server.once("listening", listening));
  const studio: LiveStudio = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    checks: HEALTHY,
    instead,
    requests,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
  return studio;
}
