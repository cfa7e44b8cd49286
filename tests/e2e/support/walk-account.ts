/**
 * The part of the walk about the account and its limits. Limits that would take a day to reach are faked in the responses;
 * plans.test.ts tests them with the Worker.
 */
import type { Page, Route } from "playwright-core";
import { PROBLEM_STATUS, type ProblemCode } from "../../../worker/shared/error-codes.ts";
import type { Limits, Session } from "../../../worker/api/schemas/session.ts";
import type { StudioEvent } from "../../../worker/api/schemas/event.ts";
import type { States, Walk } from "./walk.ts";

/** The account menu, and what opens from it. */
export async function* atMenu({ page, studio, client, words: { commonText, createText } }: Walk): States {
  await studio.open();
  await studio.button(commonText.account).click();
  await page.getByText(client.email).waitFor();
  yield "account menu";
  await page.getByRole("button", { name: createText.shortcuts }).click();
  await page.getByRole("dialog", { name: createText.shortcuts }).waitFor();
  yield "shortcuts";
  await page.keyboard.press("Escape");
}

/** The account page, up to the last step before the account is deleted. */
export async function* atAccount({
  page,
  studio,
  client,
  words: { accountText, apiKeysText, errorSentences, secretText },
}: Walk): States {
  const { items } = await (await client.call("GET", "/api/generations?status=succeeded&limit=2")).json();
  for (const { id } of items) await client.call("POST", `/api/generations/${id}/share`, {});
  await client.call("POST", "/api/keys", { name: "Build server", scopes: ["read", "generate"] });
  const day = await fakeDailyUsage(page);
  day.is({ used: 12, limit: 50 });
  await studio.open("/account");
  await studio.button(accountText.exportShow).click();
  await page.getByRole("list", { name: accountText.exportParts }).waitFor();
  yield "account";
  await page.getByRole("list", { name: accountText.shared }).scrollIntoViewIfNeeded();
  yield "account, shared images";
  await studio.button(accountText.turnOffAll).click();
  await page.getByRole("dialog", { name: accountText.turnOffTitle }).waitFor();
  yield "account, all links in question";
  await page.getByRole("dialog").getByRole("button", { name: accountText.turnOffAll }).click();
  await page.getByText(accountText.sharedNone).waitFor();
  await studio.button(apiKeysText.show).click();
  await page.getByRole("list", { name: apiKeysText.list }).scrollIntoViewIfNeeded();
  yield "account, API keys";
  await studio.button(apiKeysText.create).click();
  await studio.button(apiKeysText.createConfirmed).click();
  await page.getByText(apiKeysText.nameMissing).waitFor();
  yield "account, a new API key without a name";
  await page.getByRole("textbox", { name: apiKeysText.name }).fill("Printer");
  await studio.button(apiKeysText.createConfirmed).click();
  await page.getByRole("textbox", { name: apiKeysText.secret }).waitFor();
  yield "account, a new API key";
  await studio.button(secretText.done).click();
  await studio.button(apiKeysText.revokeAll).click();
  await page.getByRole("dialog", { name: apiKeysText.revokeAllTitle }).waitFor();
  yield "account, all API keys in question";
  await page.getByRole("dialog").getByRole("button", { name: apiKeysText.revokeAll }).click();
  await page.getByText(apiKeysText.none).waitFor();
  await studio.button(accountText.deleteOpen).click();
  await studio.button(accountText.deleteConfirmed).click();
  await page.getByText(accountText.deleteMismatch(client.email)).waitFor();
  yield "account, deletion not confirmed";
  const dialog = page.getByRole("dialog", { name: accountText.deleteTitle });
  await dialog.getByRole("textbox").fill(client.email);
  await page.route("**/api/account", (route) => route.abort());
  await studio.button(accountText.deleteConfirmed).click();
  await page.getByText(accountText.deleteUncertain(errorSentences.network_error)).waitFor();
  yield "account, deletion perhaps not done";
  await page.unroute("**/api/account");
  await studio.button(accountText.keep).click();
  await dialog.waitFor({ state: "detached" });
  day.ends();
}

/** Daily limits, a paused studio and a suspended account. The user's slot is free. */
export async function* atBounds({ page, studio, prompts, words, fated }: Walk): States {
  const { accountText, createText, errorSentences } = words;
  const prompt = await fated(prompts.waiting);
  const refusals = "**/api/generate";
  const day = await fakeDailyUsage(page);
  day.is({ used: 47, limit: 50 });
  await studio.open();
  await page.getByText(createText.dayLeft(3, 50)).waitFor();
  yield "few left today";
  day.is({ used: 50, limit: 50 });
  await studio.open();
  await page.locator("#composer-notice:not(:empty)").waitFor();
  yield "none left today";
  await studio.open("/account");
  await page.getByText(accountText.todayCount(50, 50)).waitFor();
  yield "account, none left today";

  const bounds: [state: string, code: ProblemCode, retryAfter: number | null, says: string][] = [
    ["none left, one queued", "quota_exceeded", 7_200, errorSentences.quota_exceeded],
    ["the studio's day is used up", "budget_exhausted", 7_200, errorSentences.budget_exhausted],
    ["the studio is paused", "budget_exhausted", null, createText.paused],
  ];
  for (const [state, code, retryAfter, says] of bounds) {
    if (code !== "quota_exceeded") day.is({ used: 12, limit: 50 });
    await page.route(refusals, (route) => refuse(route, code, retryAfter));
    await studio.open();
    await studio.generate(prompt);
    await page.getByText(says).waitFor();
    await studio.seesQueued(prompt);
    yield state;
    await page.getByRole("button", { name: createText.removeQueued(prompt) }).click();
    await page.unroute(refusals);
  }

  await page.route(refusals, (route) => refuse(route, "suspended", null));
  await studio.open();
  await studio.generate(prompt);
  await studio.entry(prompt).getByText(errorSentences.suspended).waitFor();
  yield "suspended, at Generate";
  await page.unroute(refusals);
  day.ends();
}

function refuse(route: Route, code: ProblemCode, retryAfter: number | null): Promise<void> {
  return route.fulfill({
    status: PROBLEM_STATUS[code],
    contentType: "application/problem+json",
    headers: retryAfter === null ? {} : { "retry-after": String(retryAfter) },
    json: { code, status: PROBLEM_STATUS[code], detail: code },
  });
}

type Day = Pick<Limits["today"], "used" | "limit">;

/** Makes the browser receive this daily usage, whatever it is. */
async function fakeDailyUsage(page: Page) {
  let today: Day | null = null;
  const faked = (limits: Limits): Limits => ({ ...limits, today: { ...limits.today, ...today } });
  await page.route("**/api/session", async (route) => {
    if (today === null) return route.fallback();
    const answer = await route.fetch();
    const body = (await answer.json()) as Session;
    await route.fulfill({ response: answer, json: { ...body, limits: body.limits && faked(body.limits) } });
  });
  await page.routeWebSocket("**/api/events", (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const words = String(message);
      if (!words.startsWith("{")) return socket.send(message);
      const event = JSON.parse(words) as StudioEvent;
      socket.send("limits" in event ? JSON.stringify({ ...event, limits: faked(event.limits) }) : message);
    });
  });
  return {
    is(day: Day) {
      today = day;
    },
    ends() {
      today = null;
    },
  };
}
