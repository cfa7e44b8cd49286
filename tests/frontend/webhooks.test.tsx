// The webhooks on the account page.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WebhookDelivery, WebhookEndpoint } from "../../worker/api/schemas/webhook-endpoint.ts";
import { createWebhooks } from "../../frontend/account/webhooks.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { secretText } from "../../frontend/text/api-keys.ts";
import { webhooksText } from "../../frontend/text/webhooks.ts";
import { openApp } from "./render-app.tsx";
import { failure, ok, setUp, signedIn } from "./support.ts";

configure({ asyncUtilTimeout: 5_000 });
beforeEach(() => history.replaceState(null, "", "/account"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const PATH = "/api/webhook-endpoints";

const endpoint = (id: string, changes: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
  id,
  url: `https://hooks.example.org/${id}`,
  includePrompt: false,
  enabled: true,
  disabledReason: null,
  needsRotation: false,
  previousSecretUntil: null,
  failingSince: null,
  createdAt: "2026-03-01T10:00:00.000Z",
  ...changes,
});

const delivery = (id: string, changes: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  id,
  type: "generation.succeeded",
  generation: "a-generation",
  status: "delivered",
  attempts: 1,
  createdAt: "2026-03-01T10:00:00.000Z",
  lastAttemptAt: "2026-03-01T10:00:01.000Z",
  nextAttemptAt: null,
  responseStatus: 200,
  error: null,
  ...changes,
});

/** The account page with these endpoints; responses by method and path. */
async function openWebhooks(endpoints: WebhookEndpoint[], responses: Record<string, unknown> = {}) {
  const world = setUp();
  world.api.session.mockResolvedValue(ok(signedIn()));
  world.api.call.mockImplementation(
    (async (method: string, path: string) =>
      (await responses[`${method} ${path}`]) ??
      (method === "GET" ? ok({ endpoints }) : ok(undefined))) as never,
  );
  await openApp(world);
  fireEvent.click(await screen.findByRole("button", { name: webhooksText.show }));
  await waitFor(() => expect(screen.queryByRole("button", { name: webhooksText.show })).toBeNull());
  await screen.findByText(endpoints[0]?.url ?? webhooksText.none);
  return world.api.call;
}

const click = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

describe("the list", () => {
  test("says that there are no webhooks", async () => {
    await openWebhooks([]);
    expect(screen.getByText(webhooksText.none)).toBeTruthy();
    expect(screen.getByRole("button", { name: webhooksText.create })).toBeTruthy();
  });

  test("offers no fourth webhook", async () => {
    await openWebhooks([endpoint("1"), endpoint("2"), endpoint("3")]);
    expect(screen.queryByRole("button", { name: webhooksText.create })).toBeNull();
    expect(screen.getByText(webhooksText.maximum(3))).toBeTruthy();
  });

  test.each([
    ["gone", webhooksText.disabled.gone],
    ["failing", webhooksText.disabled.failing],
    ["user", webhooksText.disabled.user],
  ] as const)("says that a webhook is off: %s", async (disabledReason, sentence) => {
    await openWebhooks([endpoint("1", { enabled: false, disabledReason })]);
    expect(screen.getByText(sentence)).toBeTruthy();
    expect(screen.queryByRole("button", { name: webhooksText.test })).toBeNull();
    expect(screen.getByRole("button", { name: webhooksText.enable })).toBeTruthy();
  });

  test("says that a secret must be replaced", async () => {
    await openWebhooks([endpoint("1", { needsRotation: true })]);
    expect(screen.getByText(webhooksText.needsRotation)).toBeTruthy();
  });

  test("that cannot be loaded says why, and can be loaded again", async () => {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(signedIn()));
    world.api.call.mockResolvedValueOnce(failure("storage_unavailable") as never);
    world.api.call.mockResolvedValueOnce(ok({ endpoints: [] }) as never);
    await openApp(world);
    fireEvent.click(await screen.findByRole("button", { name: webhooksText.show }));
    expect((await screen.findByRole("alert")).textContent).toBe(errorSentences.storage_unavailable);
    click(webhooksText.tryAgain);
    expect(await screen.findByText(webhooksText.none)).toBeTruthy();
  });
});

describe("adding a webhook", () => {
  test("shows its secret once", async () => {
    const secret = "whsec_c2VjcmV0";
    const call = await openWebhooks([], { [`POST ${PATH}`]: ok({ endpoint: endpoint("new"), secret }) });
    click(webhooksText.create);
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.input(dialog.getByLabelText(new RegExp(webhooksText.url)), {
      target: { value: " https://hooks.example.org/new " },
    });
    fireEvent.click(dialog.getByLabelText(webhooksText.includePrompt));
    fireEvent.click(dialog.getByRole("button", { name: webhooksText.createConfirmed }));
    expect(await dialog.findByDisplayValue(secret)).toBeTruthy();
    expect(call).toHaveBeenCalledWith("POST", PATH, {
      body: { url: "https://hooks.example.org/new", includePrompt: true },
    });
    fireEvent.click(dialog.getByRole("button", { name: secretText.done }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByText("https://hooks.example.org/new")).toBeTruthy();
    expect(document.body.innerHTML).not.toContain(secret);
  });

  test("says which addresses are allowed", async () => {
    await openWebhooks([], { [`POST ${PATH}`]: failure("invalid_request") });
    click(webhooksText.create);
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.click(dialog.getByRole("button", { name: webhooksText.createConfirmed }));
    await waitFor(() => expect(dialog.getByRole("alert").textContent).toBe(webhooksText.urlInvalid));
    fireEvent.click(dialog.getByRole("button", { name: webhooksText.cancel }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });
});

describe("a webhook", () => {
  test("is turned off and on", async () => {
    await openWebhooks([endpoint("1")], {
      [`PATCH ${PATH}/1`]: ok({ endpoint: endpoint("1", { enabled: false, disabledReason: "user" }) }),
    });
    click(webhooksText.disable);
    expect(await screen.findByRole("button", { name: webhooksText.enable })).toBeTruthy();
  });

  test("keeps its setting of prompts if the change fails", async () => {
    await openWebhooks([endpoint("1")], { [`PATCH ${PATH}/1`]: failure("storage_unavailable") });
    const box = screen.getByLabelText(webhooksText.includePrompt) as HTMLInputElement;
    fireEvent.click(box);
    expect((await screen.findByRole("alert")).textContent).toBe(errorSentences.storage_unavailable);
    await waitFor(() => expect(box.checked).toBe(false));
  });

  test("gets a new secret after a question", async () => {
    const rotated = endpoint("1", { previousSecretUntil: "2026-03-02T10:00:00.000Z" });
    await openWebhooks([endpoint("1")], {
      [`POST ${PATH}/1/rotate`]: ok({ endpoint: rotated, secret: "whsec_bmV3" }),
    });
    click(webhooksText.rotate);
    const dialog = within(await screen.findByRole("dialog", { name: webhooksText.rotateTitle }));
    fireEvent.click(dialog.getByRole("button", { name: webhooksText.rotateConfirmed }));
    expect(await screen.findByDisplayValue("whsec_bmV3")).toBeTruthy();
    click(secretText.done);
    expect(await screen.findByText(/The old secret works until/)).toBeTruthy();
  });

  test("does not get the secret of another one, whose dialog was closed too early", async () => {
    const response = Promise.withResolvers<unknown>();
    await openWebhooks([endpoint("1"), endpoint("2")], { [`POST ${PATH}/1/rotate`]: response.promise });
    const [first, second] = screen.getAllByRole("button", { name: webhooksText.rotate });
    fireEvent.click(first as HTMLElement);
    click(webhooksText.rotateConfirmed);
    click(webhooksText.keep);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    response.resolve(ok({ endpoint: endpoint("1"), secret: "whsec_bmV3" }));
    expect(await screen.findByDisplayValue("whsec_bmV3")).toBeTruthy();
    click(secretText.done);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    fireEvent.click(second as HTMLElement);
    expect(await screen.findByRole("dialog", { name: webhooksText.rotateTitle })).toBeTruthy();
    expect(screen.queryByDisplayValue("whsec_bmV3")).toBeNull();
  });

  test("that another tab deleted disappears", async () => {
    const responses: Record<string, unknown> = { [`PATCH ${PATH}/1`]: failure("not_found") };
    await openWebhooks([endpoint("1")], responses);
    responses[`GET ${PATH}`] = ok({ endpoints: [] });
    click(webhooksText.disable);
    expect((await screen.findByRole("alert")).textContent).toBe(errorSentences.not_found);
    expect(screen.getByText(webhooksText.none)).toBeTruthy();
  });

  test("is deleted after a question, also if it is gone already", async () => {
    const call = await openWebhooks([endpoint("1")], { [`DELETE ${PATH}/1`]: failure("not_found") });
    click(webhooksText.remove);
    const dialog = within(await screen.findByRole("dialog", { name: webhooksText.removeTitle }));
    expect(call).not.toHaveBeenCalledWith("DELETE", `${PATH}/1`);
    fireEvent.click(dialog.getByRole("button", { name: webhooksText.remove }));
    expect(await screen.findByText(webhooksText.none)).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("deliveries", () => {
  test("show status, attempts, response and the next attempt", async () => {
    const waiting = delivery("2", {
      type: "generation.failed",
      status: "pending",
      attempts: 2,
      responseStatus: 500,
      error: "status",
      nextAttemptAt: "2026-03-01T10:05:00.000Z",
    });
    await openWebhooks([endpoint("1")], {
      [`GET ${PATH}/1/deliveries`]: ok({ deliveries: [waiting, delivery("1")], nextCursor: "more" }),
      [`GET ${PATH}/1/deliveries?cursor=more`]: ok({
        deliveries: [delivery("0", { status: "failed", error: "timeout", responseStatus: null })],
        nextCursor: null,
      }),
    });
    click(webhooksText.deliveries);
    const list = await screen.findByRole("list", { name: new RegExp(`^${webhooksText.deliveries}`) });
    const [first, second] = within(list).getAllByRole("listitem");
    expect(first?.textContent).toContain("Image failed · Waiting");
    expect(first?.textContent).toContain("2 attempts · Response 500 · Next attempt");
    expect(second?.textContent).toContain("Image ready · Delivered");
    click(webhooksText.more);
    expect(await within(list).findByText(new RegExp(webhooksText.error.timeout))).toBeTruthy();
    expect(screen.queryByRole("button", { name: webhooksText.more })).toBeNull();
  });

  test("that do not exist are said to", async () => {
    await openWebhooks([endpoint("1")], {
      [`GET ${PATH}/1/deliveries`]: ok({ deliveries: [], nextCursor: null }),
    });
    click(webhooksText.deliveries);
    expect(await screen.findByText(webhooksText.noDeliveries)).toBeTruthy();
  });

  test("of a test are loaded until it has been sent", async () => {
    const call = vi.fn();
    const pending = delivery("t", { status: "pending", attempts: 0, lastAttemptAt: null });
    const pages = [
      pending,
      pending,
      delivery("t", { status: "failed", error: "status", responseStatus: 410 }),
    ];
    call.mockImplementation(async (method: string, path: string) => {
      if (method === "POST") return ok({ delivery: pending });
      if (path === PATH)
        return ok({ endpoints: [endpoint("1", { enabled: false, disabledReason: "gone" })] });
      return ok({ deliveries: [pages.shift()], nextCursor: null });
    });
    const webhooks = createWebhooks({ call: call as never }, 0);
    expect(await webhooks.test("1")).toBe(true);
    expect(webhooks.deliveries.value["1"]?.items[0]?.status).toBe("failed");
    expect(webhooks.endpoints.value?.[0]?.disabledReason).toBe("gone");
    expect(pages).toEqual([]);
  });
});
