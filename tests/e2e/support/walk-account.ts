/**
 * The part of the walk about who is here and what they may do. What would take a day to come to, or another studio, is
 * pretended on the way to the browser; plans.test.ts has the same from the Worker.
 */
import type { Page, Route } from "playwright-core";
import { PROBLEM_STATUS, type ProblemCode } from "../../../worker/catalog.ts";
import type { Limits, Session, StudioEvent } from "../../../worker/contract.ts";
import type { States, Walk } from "./walk.ts";

/** The menu of whoever is signed in, and what opens from it. */
export async function* atMenu({ page, studio, client, words: { text, making } }: Walk): States {
  await studio.open();
  await studio.button(text.account).click();
  await page.getByText(client.email).waitFor();
  yield "account menu";
  await page.getByRole("button", { name: making.shortcuts }).click();
  await page.getByRole("dialog", { name: making.shortcuts }).waitFor();
  yield "shortcuts";
  await page.keyboard.press("Escape");
}

/** The account page of whoever is signed in, up to the last step before the account is gone. */
export async function* atAccount({ page, studio, client, words: { account, problems } }: Walk): States {
  const day = await pretendDay(page);
  day.is({ used: 12, limit: 50 });
  await studio.open("/account");
  await studio.button(account.exportDo).click();
  await page.getByRole("list", { name: account.exportParts }).waitFor();
  yield "account";
  await studio.button(account.deleteOpen).click();
  await studio.button(account.deleteDo).click();
  await page.getByText(account.deleteMismatch(client.email)).waitFor();
  yield "account, deletion not confirmed";
  const dialog = page.getByRole("dialog", { name: account.deleteTitle });
  await dialog.getByRole("textbox").fill(client.email);
  await page.route("**/api/account", (route) => route.abort());
  await studio.button(account.deleteDo).click();
  await page.getByText(account.deleteUncertain(problems.offline)).waitFor();
  yield "account, deletion perhaps not done";
  await page.unroute("**/api/account");
  await studio.button(account.keep).click();
  await dialog.waitFor({ state: "detached" });
  day.ends();
}

/** Where an allowance, the whole studio or the account comes to its end. The user's place is free. */
export async function* atBounds({ page, studio, prompts, words, fated }: Walk): States {
  const { account, making, problems } = words;
  const prompt = await fated(prompts.waiting);
  const refusals = "**/api/generate";
  const day = await pretendDay(page);
  day.is({ used: 47, limit: 50 });
  await studio.open();
  await page.getByText(making.dayLeft(3, 50)).waitFor();
  yield "few left today";
  day.is({ used: 50, limit: 50 });
  await studio.open();
  await page.locator("#composer-notice:not(:empty)").waitFor();
  yield "none left today";
  await studio.open("/account");
  await page.getByText(account.todayOf(50, 50)).waitFor();
  yield "account, none left today";

  const bounds: [state: string, code: ProblemCode, retryAfter: number | null, says: string][] = [
    ["none left, up next", "quota_exceeded", 7_200, problems.quota_exceeded],
    ["the studio's day is used up", "budget_exhausted", 7_200, problems.budget_exhausted],
    ["the studio is paused", "budget_exhausted", null, making.paused],
  ];
  for (const [state, code, retryAfter, says] of bounds) {
    if (code !== "quota_exceeded") day.is({ used: 12, limit: 50 });
    await page.route(refusals, (route) => refuse(route, code, retryAfter));
    await studio.open();
    await studio.generate(prompt);
    await page.getByText(says).waitFor();
    yield state;
    await page.getByRole("button", { name: making.removeWaiting(prompt) }).click();
    await page.unroute(refusals);
  }

  await page.route(refusals, (route) => refuse(route, "suspended", null));
  await studio.open();
  await studio.generate(prompt);
  await studio.card(prompt).getByText(problems.suspended).waitFor();
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

/** Lets the browser hear that this much of the day is used, whatever is. */
async function pretendDay(page: Page) {
  let today: Day | null = null;
  const bent = (limits: Limits): Limits => ({ ...limits, today: { ...limits.today, ...today } });
  await page.route("**/api/session", async (route) => {
    if (today === null) return route.fallback();
    const answer = await route.fetch();
    const body = (await answer.json()) as Session;
    await route.fulfill({ response: answer, json: { ...body, limits: body.limits && bent(body.limits) } });
  });
  await page.routeWebSocket("**/api/events", (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const words = String(message);
      if (!words.startsWith("{")) return socket.send(message);
      const event = JSON.parse(words) as StudioEvent;
      socket.send("limits" in event ? JSON.stringify({ ...event, limits: bent(event.limits) }) : message);
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
