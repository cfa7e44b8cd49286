// A gateway in front of the studio, like Cloudflare Access, redirects to its sign-in page.
import { expect, test, vi } from "vitest";
import { offerSignIn } from "../../frontend/studio/gateway.ts";
import { expire } from "../../frontend/studio/toast-timers.ts";
import { told } from "../../frontend/text/errors.ts";
import { no, ok, session, setUp } from "./support.ts";

test("offers to sign in while requests are redirected, and navigates only on a click", async () => {
  const { studio, api } = setUp();
  await studio.start();
  const navigate = vi.fn();
  offerSignIn(studio, navigate);
  const messages = () => studio.toasts.value.map(({ text }) => text);
  expect(messages()).toEqual([]);

  api.session.mockImplementation(async () => no("session_redirected"));
  await studio.session.load();
  await studio.session.load();
  expect(messages(), "one message, however often it is found out").toEqual([
    told.problem("session_redirected"),
  ]);
  const [toast] = studio.toasts.value;
  if (toast) expire(studio, toast);
  expect(messages()).toEqual([]);
  await studio.session.load();
  expect(messages(), "comes back with the next attempt").toHaveLength(1);
  expect(navigate).not.toHaveBeenCalled();
  studio.toasts.value[0]?.action?.run();
  expect(navigate).toHaveBeenCalledOnce();

  api.session.mockImplementation(async () => ok(session()));
  await studio.session.load();
  expect(messages(), "signed in again, in another tab").toEqual([]);
});
