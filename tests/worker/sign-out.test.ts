import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, eventually, expectProblem, newUser, openStudio } from "./support/app.ts";

describe("POST /api/auth/logout-everywhere", () => {
  it("ends every session at once, closes every open studio, and lets sign in again", async () => {
    const user = await newUser();
    const again = async () => {
      const response = await call("/api/auth/dev", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: user.email }),
      });
      return (response.headers.get("set-cookie") ?? "").split(";")[0] as string;
    };
    const elsewhere = await again();
    const [here, there] = [await openStudio(user), await openStudio({ ...user, cookie: elsewhere })];
    await eventually(async () => expect(there.events[0]).toMatchObject({ type: "snapshot" }));

    const response = await user.post("/api/auth/logout-everywhere");
    expect(response.status).toBe(204);
    expect(response.headers.get("set-cookie")).toMatch(/^session=; Max-Age=0/);
    expect(response.headers.get("clear-site-data")).toBe('"storage"');
    expect([await here.closed, await there.closed]).toEqual([{ code: 4001 }, { code: 4001 }]);
    for (const cookie of [user.cookie, elsewhere]) {
      await expectProblem(await call("/api/generations", { headers: { cookie } }), "unauthenticated");
      await expectProblem(
        await call("/api/events", { headers: { cookie, upgrade: "websocket" } }),
        "unauthenticated",
      );
    }
    const fresh = await again();
    expect((await call("/api/generations", { headers: { cookie: fresh } })).status).toBe(200);
    const { events } = await openStudio({
      ...user,
      call: (path, init) => call(path, { ...init, headers: { ...init?.headers, cookie: fresh } }),
    });
    await eventually(async () => expect(events[0]).toMatchObject({ type: "snapshot" }));
  });

  it("needs a session and this site, and ends no other user's sessions", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const path = "/api/auth/logout-everywhere";
    await expectProblem(await call(path, { method: "POST" }), "unauthenticated");
    await expectProblem(
      await user.post(path, undefined, { origin: "https://evil.example" }),
      "forbidden_origin",
    );
    expect((await user.call("/api/generations")).status).toBe(200);
    expect((await user.post(path)).status).toBe(204);
    await expectProblem(await user.post(path), "unauthenticated");
    expect((await other.call("/api/generations")).status).toBe(200);
    await other.post("/api/auth/logout");
    expect((await other.call("/api/generations")).status, "signing out here leaves the others").toBe(200);
  });

  it("closes a socket that was accepted just before", async () => {
    const user = await newUser();
    const studio = env.STUDIO.getByName(user.id);
    await studio.endSessions(1);
    const open = async (epoch: number) => {
      const owner = {
        origin: "http://localhost:9",
        plan: "free" as const,
        epoch,
        expiresAt: Date.now() + 60_000,
        openedAt: 1,
      };
      const response = await studio.fetch("https://studio/events", {
        headers: { upgrade: "websocket", "x-socket-owner": JSON.stringify(owner) },
      });
      const socket = response.webSocket as WebSocket;
      const first = new Promise<number | string>((resolve) => {
        socket.addEventListener("close", ({ code }) => resolve(code));
        socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data)).type));
      });
      socket.accept();
      return first;
    };
    expect(await open(0)).toBe(4001);
    expect(await open(1)).toBe("snapshot");
  });
});
