/** The script of the page of an invitation. It reads the token from the fragment, which the Worker does not get. */
import type { inviteText } from "./invite-text.ts";

/** `<` could end the script element. */
const literal = (value: unknown) => JSON.stringify(value).replaceAll("<", "\\u003c");

export const inviteScript = (text: typeof inviteText & { tryAgain: string }) => `
const text = ${literal(text)};
const token = location.hash.slice(1);
const at = (id) => document.getElementById(id);
const button = at("create");
const say = (id, words) => { at(id).textContent = words ?? ""; };
const byCode = { maximum_reached: text.tooMany, rate_limited: text.rateLimited };
const byName = { NotAllowedError: text.canceled, AbortError: text.canceled };
let signedInAs = null;

async function post(path, body) {
  const response = await fetch("/api/auth/" + path, {
    method: "POST",
    headers: body ? { "content-type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  throw Object.assign(new Error(), { code: problem.code });
}

function end(words) {
  button.hidden = true;
  at("studio").hidden = false;
  say("status", words);
}

function endLink() {
  at("invitation").hidden = true;
  say("title", text.endedTitle);
  document.title = text.endedTitle;
  end(text.ended);
}

function fail(error) {
  if (error.code === "not_found") return endLink();
  if (error.code === "suspended") return end(text.suspended);
  if (error.name === "InvalidStateError") return end(text.known);
  say("status", byCode[error.code] ?? byName[error.name] ?? text.failed);
}

async function create() {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  say("status", text.busy);
  try {
    const { options, state } = await post("passkeys/register-options", { token });
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const credential = await navigator.credentials.create({ publicKey });
    if (signedInAs) {
      await post("logout");
      signedInAs = null;
    }
    await post("passkeys/register", { state, credential: credential.toJSON() });
    location.replace("/");
  } catch (error) {
    fail(error);
    button.removeAttribute("aria-disabled");
  }
}

async function start() {
  say("status", text.loading);
  if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) return end(text.unsupported);
  if (!/^[\\w-]{20,64}$/.test(token)) return endLink();
  try {
    const invitation = await post("invitation", { token });
    const isOther = invitation.signedInAs !== null && invitation.signedInAs !== invitation.email;
    signedInAs = isOther ? invitation.signedInAs : null;
    say("email", invitation.email);
    say("plan", invitation.plan && text.plan[invitation.plan]);
    say("operator", invitation.operator ? text.operator : "");
    say("why", invitation.plan ? text.isNew : text.isKnown);
    at("other").hidden = !isOther;
    say("other-email", signedInAs);
    at("invitation").hidden = false;
    say("status", "");
    button.hidden = false;
    button.addEventListener("click", create);
  } catch (error) {
    fail(error);
    if (at("studio").hidden) offerRetry();
  }
}

function offerRetry() {
  const link = at("studio");
  button.hidden = true;
  link.hidden = false;
  link.href = location.href;
  link.textContent = text.tryAgain;
  link.addEventListener("click", () => location.reload());
}
start();
addEventListener("hashchange", () => location.reload());
`;
