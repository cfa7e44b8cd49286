/** A navigation that fails gets a page; a script that fetches the same address gets problem+json. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { text } from "../../worker/http/pages/text.ts";
import { call, expectProblem, newUser } from "./support/app.ts";
import { breakD1 } from "./support/faults.ts";

const NAVIGATION = {
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  accept: "text/html,*/*;q=0.8",
};
/** Safari before 16.4. */
const OLD_NAVIGATION = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

async function expectPage(response: Response, status: number, title: string): Promise<string> {
  const page = (await response.text()).replaceAll("&#39;", "'");
  expect(response.status, page).toBe(status);
  expect(response.headers.get("content-type")).toBe("text/html; charset=UTF-8");
  expect(response.headers.get("cache-control")).toContain("no-store");
  const nonce = /style-src 'nonce-([\w-]+)'/.exec(response.headers.get("content-security-policy") ?? "")?.[1];
  expect(page).toContain(`<style nonce="${nonce}">`);
  expect(page).toContain(`<h1 class="title">${title}</h1>`);
  return page;
}

describe("a navigation that fails", () => {
  it.each([
    ["with Fetch Metadata", NAVIGATION],
    ["without, by its path", OLD_NAVIGATION],
  ])("shows a page for a share link while D1 is out, %s", async (_, headers) => {
    const restore = breakD1();
    const response = await call("/s/a-token", { headers });
    restore();
    expect(response.headers.get("retry-after")).toBe("5");
    expect(response.headers.get("x-robots-tag")).toBe("noindex");
    const page = await expectPage(response, 503, text.problem.ours);
    expect(page).toContain('<a class="action" href="/s/a-token">Try again</a>');
  });

  it("shows a page for an image opened in a tab of its own", async () => {
    await expectPage(await call("/images/x/0", { headers: NAVIGATION }), 401, text.problem.signedOut);
    const user = await newUser();
    const page = await expectPage(
      await user.call("/images/x/0", { headers: NAVIGATION }),
      404,
      text.problem.notFound,
    );
    expect(page).toContain('<a class="action" href="/">Back to studio</a>');
  });

  it.each(["/api/auth/login", "/api/auth/callback?code=1&state=2"])(
    "shows a page where the settings are wrong: %s",
    async (path) => {
      for (const headers of [NAVIGATION, OLD_NAVIGATION]) {
        const response = await app.request(
          `http://localhost:9${path}`,
          { headers },
          { ...env, SESSION_SECRET: "" },
          createExecutionContext(),
        );
        expect(await expectPage(response, 500, text.problem.ours)).toContain("SESSION_SECRET");
      }
    },
  );

  it("escapes what the address says", async () => {
    const restore = breakD1();
    const response = await call('/s/a?b="><script>alert(1)</script>', { headers: NAVIGATION });
    restore();
    expect(await expectPage(response, 503, text.problem.ours)).not.toContain("<script>");
  });
});

it("a script gets problem+json from the same addresses", async () => {
  const fetched = { "sec-fetch-dest": "empty", accept: "text/html,*/*" };
  for (const headers of [fetched, { accept: "*/*" }, { accept: "application/json" }]) {
    const restore = breakD1();
    const response = await call("/s/a-token", { headers });
    restore();
    await expectProblem(response, "storage_unavailable");
    await expectProblem(await call("/images/x/0", { headers }), "unauthenticated");
  }
  await expectProblem(
    await call("/images/x/0", { headers: { "sec-fetch-dest": "image" } }),
    "unauthenticated",
  );
});
