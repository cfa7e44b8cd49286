// A gateway in front of the studio, like Cloudflare Access, redirects to its sign-in page.
import { expect, test, vi } from "vitest";
import { offerSignIn } from "../../frontend/studio/session/gateway.ts";
import { errors } from "../../frontend/text/errors.ts";
import { failure, ok, setUp, signedIn } from "./support.ts";

test("offers to sign in while requests are redirected, and navigates only on a click", async () => {
  const { api, toasts, session, begin, texts } = setUp();
  await begin("");
  const navigate = vi.fn();
  offerSignIn({ session, toasts }, navigate);
  expect(texts()).toEqual([]);

  api.session.mockImplementation(async () => failure("session_redirected"));
  await session.load();
  await session.load();
  expect(texts(), "one toast, however often it is found out").toEqual([
    errors.sentence("session_redirected"),
  ]);
  const [toast] = toasts.all.value;
  if (toast) toasts.expire(toast);
  expect(texts()).toEqual([]);
  await session.load();
  expect(texts(), "comes back with the next attempt").toHaveLength(1);
  expect(navigate).not.toHaveBeenCalled();
  toasts.all.value[0]?.action?.run();
  expect(navigate).toHaveBeenCalledOnce();

  api.session.mockImplementation(async () => ok(signedIn()));
  await session.load();
  expect(texts(), "signed in again, in another tab").toEqual([]);
});
