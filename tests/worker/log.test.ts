import { env } from "cloudflare:workers";
import { DrizzleQueryError } from "drizzle-orm/errors";
import { errors } from "jose";
import { expect, it, onTestFinished, vi } from "vitest";
import { reasonOf } from "../../worker/lib/log.ts";
import { call, deliver, generate, newPrompt, newUser, reaches, sign } from "./support/app.ts";
import { breakD1 } from "./support/faults.ts";
import { SIMULATOR_KEY, webhookOf } from "./support/simulator.ts";

/** Lines of the Worker and of the objects: here they share a console. */
function recorded(): string[] {
  const lines: string[] = [];
  const spies = (["log", "info", "warn", "error", "debug"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...values) => void lines.push(values.map(String).join(" "))),
  );
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return lines;
}

it("the log of a full run holds ids and codes, no prompt, address, token or query", async () => {
  const lines = recorded();
  const user = await newUser("pro");
  const secrets = [user.email, user.cookie.split("=")[1] ?? "", SIMULATOR_KEY, env.SESSION_SECRET];
  const secretPrompt = (...moods: string[]) => {
    const prompt = newPrompt(...moods);
    secrets.push(prompt);
    return prompt;
  };

  // An image, from its webhook to its links.
  const { id } = await generate(user, secretPrompt());
  const webhook = await webhookOf(id, "succeeded");
  secrets.push(webhook.signature ?? "", new URL(webhook.url).search);
  await deliver(webhook);
  await deliver({ ...webhook, signature: "0".repeat(64) });
  await reaches(user, id, "succeeded");
  const shared = await (await user.post(`/api/generations/${id}/share`, { showPrompt: true })).json<{
    url: string;
  }>();
  const token = shared.url.split("/").at(-1) ?? "";
  secrets.push(token);
  for (const path of [`/s/${token}`, `/s/${token}/image`, `/s/${token}x`]) await call(path);
  await user.call(`/images/${id}/0?download&size=thumb`);
  const search = crypto.randomUUID();
  secrets.push(search);
  await user.call(`/api/generations?q=${search}`);

  // Failures: at Skytells, of webhooks, of storage, of input.
  for (const mood of ["failed", "create-500", "create-451", "create-402"]) {
    await user.post("/api/generate", { prompt: secretPrompt(mood) });
  }
  const unknown = JSON.stringify({ id: "unknown", status: "failed", error: secretPrompt() });
  await call(`/api/webhooks?secret=${search}`, {
    method: "POST",
    body: unknown,
    headers: { "x-skytells-signature": await sign(SIMULATOR_KEY, unknown) },
  });
  await user.post("/api/generate", `{"prompt": "${secretPrompt()}`);
  const repair = breakD1();
  await user.call("/api/generations");
  await user.call(`/api/generations?q=${search}`);
  await user.call(`/api/predictions/${id}`);
  await call("/api/auth/dev", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: user.email }),
  });
  await call(`/s/${token}`);
  await user.post("/api/generate", { prompt: secretPrompt() });
  repair();
  await user.post("/api/auth/logout-everywhere");

  const log = lines.join("\n");
  for (const event of ["storage_unavailable", "webhook_unknown", '"route":"/s/:token"', "create_rejected"]) {
    expect(log, "the run has come by").toContain(event);
  }
  for (const secret of secrets) expect(log).not.toContain(secret);
  expect(log).not.toMatch(/[?&]\w+=/);
  expect(log).not.toContain("@example.com");
});

type Line = { event: string } & Record<string, unknown>;

const parsed = (lines: string[]) =>
  lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);

it("each generation has one line with its outcome", async () => {
  const lines = recorded();
  const user = await newUser("pro");
  const outcomes = [
    { moods: ["terminal"], status: "succeeded" },
    { moods: ["terminal", "failed"], status: "failed", code: "upstream_failed" },
  ];
  for (const { moods, ...outcome } of outcomes) {
    const { id } = await generate(user, newPrompt(...moods));
    await reaches(user, id, outcome.status as "succeeded");
    const ended = parsed(lines).filter(
      ({ event, generation }) => event === "generation_ended" && generation === id,
    );
    expect(ended).toEqual([
      {
        event: "generation_ended",
        generation: id,
        model: "truefusion-pro",
        ms: expect.any(Number),
        ...outcome,
      },
    ]);
  }
});

it("an image that is served has no line, one that is not has one", async () => {
  const user = await newUser();
  const { id } = await generate(user, newPrompt("terminal"));
  await reaches(user, id, "succeeded");
  const shared = await user.post(`/api/generations/${id}/share`, {});
  const { url } = await shared.json<{ url: string }>();
  const lines = recorded();
  for (const path of [`/images/${id}/0`, `/images/${id}/0?size=thumb`, `${new URL(url).pathname}/image`]) {
    const response = await user.call(path);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  }
  await user.call(`/images/${id}/7`);
  await user.call(new URL(url).pathname);
  expect(parsed(lines).filter(({ event }) => event === "request")).toMatchObject([
    { route: "/images/:id/:n", status: 404 },
    { route: "/s/:token", status: 200 },
  ]);
});

it("an error's reason does not depend on the name of its class, which the build shortens", () => {
  for (const kind of [DrizzleQueryError, errors.JWSInvalid]) {
    const name = kind.name;
    Object.defineProperty(kind, "name", { value: "e" });
    onTestFinished(() => void Object.defineProperty(kind, "name", { value: name }));
  }
  const query = new DrizzleQueryError("select 'a dog'", [], new Error("D1_ERROR: no response"));
  expect(reasonOf(query)).toBe("DrizzleQueryError < Error: D1_ERROR: no response");
  expect(reasonOf(new errors.JWSInvalid("Invalid JWS"))).toBe("ERR_JWS_INVALID: Invalid JWS");
});
