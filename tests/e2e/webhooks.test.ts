/** Webhooks in the real studio: added on the account page, received and verified by a server, sent again, deleted. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { expect, inject, onTestFinished, test } from "vitest";
import { secretText } from "../../frontend/text/api-keys.ts";
import { webhooksText } from "../../frontend/text/webhooks.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";

useBrowser();

type Received = { headers: Record<string, string>; body: string };

/** A server that accepts webhooks until `status` says otherwise. */
async function startReceiver() {
  const received: Received[] = [];
  const receiver = { received, status: 204, url: "" };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}

test.each([
  ["desktop", {}],
  ["phone", { viewport: PHONE, hasTouch: true, isMobile: true }],
])("a webhook is added, tested, sent again and deleted: %s", async (_, options) => {
  const receiver = await startReceiver();
  const email = newEmail();
  const client = await createClient(inject("app").url, email);
  const { page, studio } = await visit({ email, ...options });
  await studio.open("/account");
  await studio.button(webhooksText.show).click();
  await page.getByText(webhooksText.none).waitFor();

  await studio.button(webhooksText.create).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(webhooksText.url).fill(receiver.url);
  await dialog.getByLabel(webhooksText.includePrompt).check();
  await dialog.getByRole("button", { name: webhooksText.createConfirmed }).click();
  const secret = await dialog.getByLabel(webhooksText.secret).inputValue();
  await dialog.getByRole("button", { name: secretText.copy }).click();
  await dialog.getByText(secretText.copied, { exact: true }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await dialog.getByRole("button", { name: secretText.done }).click();

  await studio.button(webhooksText.test).click();
  const list = page.getByRole("list", { name: new RegExp(`^${webhooksText.deliveries}`) });
  await list.getByText(webhooksText.status.delivered).waitFor();
  const verify = ({ body, headers }: Received) => new Webhook(secret).verify(body, headers);
  expect(receiver.received.map(verify)).toMatchObject([{ type: "webhook.test" }]);

  receiver.status = 500;
  const prompt = "a lighthouse in a storm";
  const { generation } = await (await client.call("POST", "/api/generate", { prompt })).json();
  await expect.poll(() => receiver.received.length).toBe(2);
  expect(receiver.received.slice(1).map(verify)).toMatchObject([
    { type: "generation.succeeded", data: { generation: { id: generation.id, prompt } } },
  ]);
  await studio.button(webhooksText.refresh).click();
  const failed = list.getByRole("listitem").filter({ hasText: webhooksText.status.pending });
  await failed.getByText(/Response 500/).waitFor();
  expect(await violationsInBothThemes(page, false)).toEqual([]);

  receiver.status = 204;
  await failed.getByRole("button").click();
  await expect.poll(() => list.getByText(webhooksText.status.delivered).count()).toBe(2);
  expect(receiver.received.at(-1)?.headers["webhook-id"]).toBe(receiver.received[1]?.headers["webhook-id"]);

  await studio.button(webhooksText.remove).click();
  const question = page.getByRole("dialog", { name: webhooksText.removeTitle });
  await question.getByRole("button", { name: webhooksText.remove }).click();
  await page.getByText(webhooksText.none).waitFor();
  expect(await (await client.call("GET", "/api/webhook-endpoints")).json()).toEqual({ endpoints: [] });
});
