/** Coming in and leaving: what the sign-in dialog and the account menu are there for. */
import type { Trouble } from "../api/result.ts";
import { finishElsewhere } from "../browser/sign-out-lock.ts";
import { tellOwner } from "../browser/service-worker-client.ts";
import { asDone } from "./image-actions.ts";
import type { Studio } from "./studio.ts";

/** On this machine only (`DEV_SIGN_IN`). What stands in the way, or null: signed in. */
export async function signIn(studio: Studio, email: string): Promise<Trouble | null> {
  const result = await studio.api.signInDev(email);
  if (!result.ok) return result.problem;
  await studio.session.load();
  studio.signingIn.value = null;
  void studio.enter();
  return null;
}

/** Closed without signing in: nothing goes on by itself later. */
export function stopSigningIn({ signingIn, tabStore }: Studio): void {
  signingIn.value = null;
  tabStore.set("resume", null);
}

/** Here, or in every browser. Nothing of the user stays. Not where something that was to be deleted came back: it is told. */
export async function signOut(studio: Studio, everywhere = false): Promise<void> {
  const { api, orTell, unfinished, store, tabStore, restart } = studio;
  if ((await unfinished.finish?.()) === false) return;
  await finishElsewhere();
  if (!orTell(asDone(await api.signOut(everywhere)))) return;
  tellOwner("");
  store.forget();
  tabStore.forget();
  restart();
}
