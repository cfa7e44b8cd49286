import { env } from "cloudflare:workers";
import { expect, it, onTestFinished, vi } from "vitest";
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

  // A picture, from its webhook to its links.
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
  for (const event of ["storage_unavailable", "webhook_unknown", '"route":"/s/:token"', "create_refused"]) {
    expect(log, "the run has come by").toContain(event);
  }
  for (const secret of secrets) expect(log).not.toContain(secret);
  expect(log).not.toMatch(/[?&]\w+=/);
  expect(log).not.toContain("@example.com");
});
