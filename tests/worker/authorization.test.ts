import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { makeOperator, newUser, ORIGIN } from "./support/app.ts";
import {
  keptOf,
  keptScene,
  keyName,
  keyOf,
  newUserData,
  newScene,
  type UserData,
  type Scene,
  sceneOf,
  sharedScene,
} from "./support/authorization-scenes.ts";
import {
  CALLERS,
  type Caller,
  KEY_CALLERS,
  type KeyCaller,
  ROWS,
  type Row,
} from "./support/authorization.ts";

const OWN_SESSION: readonly Caller[] = ["owner", "suspended", "deleted"];
const KNOWS_LINK: readonly Caller[] = [...OWN_SESSION, "stranger", "revoked"];

/** The session of a new user, who may be an operator. */
async function newCookie(caller: Caller): Promise<string> {
  const user = await newUser();
  if (caller === "operator") await makeOperator(user);
  return user.cookie;
}

const cookies = new Map<Caller, Promise<string>>();

/** Of `other` or `operator`: a request that changes something has a session of its own. */
function cookieOf(caller: Caller, isChange: boolean): Promise<string> {
  if (isChange) return newCookie(caller);
  const known = cookies.get(caller) ?? newCookie(caller);
  cookies.set(caller, known);
  return known;
}

/** `isKept`: the request must not change what is stored. */
type Outcome<C> = {
  caller: C;
  scene: Scene;
  isKept: boolean;
  response: Response;
  text: string;
};

async function outcomeOf(name: string, row: Row, caller: Caller): Promise<Outcome<Caller>> {
  const isChange = row.statuses[caller] < 400 && !name.startsWith("GET ");
  const isOwn = OWN_SESSION.includes(caller);
  const ownsChange = isChange && (isOwn || (caller === "operator" && row.isForOperators === true));
  const scene = await (ownsChange ? newScene(caller) : keptScene(caller));
  const cookie = isOwn
    ? scene.data.user.cookie
    : caller === "other" || caller === "operator"
      ? await cookieOf(caller, isChange)
      : null;
  const response = await ask(name, row, caller, scene.data, cookie);
  const isKept = !ownsChange || (caller !== "owner" && caller !== "operator");
  return { caller, scene, isKept, response, text: await textOf(response) };
}

async function keyOutcomeOf(
  name: string,
  row: Row,
  caller: KeyCaller,
): Promise<Outcome<KeyCaller> & { secret: string }> {
  const isChange = row.access !== undefined && statusOf(caller, row) < 400 && !name.startsWith("GET ");
  const scene = isChange ? await sceneOf(await newUserData()) : await sharedScene();
  const secret = isChange
    ? await keyOf(caller, scene.data.user, row.access)
    : ((await sharedScene()).secrets.get(keyName(caller, row)) ?? "");
  const credentials = { authorization: `Bearer ${secret}` };
  const response = await send(name, row, { ...scene.data, token: "a-guess-at-a-token" }, credentials);
  return { caller, scene, isKept: !isChange, response, text: await textOf(response), secret };
}

async function ask(
  name: string,
  row: Row,
  caller: Caller,
  data: UserData,
  cookie: string | null,
): Promise<Response> {
  const token = KNOWS_LINK.includes(caller) ? data.token : "a-guess-at-a-token";
  return send(name, row, { ...data, token }, cookie === null ? {} : { cookie });
}

async function send(
  name: string,
  row: Row,
  { user, id, token, preset, collection, key, app: grant, passkey, endpoint, delivery }: UserData,
  credentials: Record<string, string>,
): Promise<Response> {
  const target = {
    id,
    token,
    email: user.email,
    preset,
    collection,
    key,
    app: grant,
    passkey,
    endpoint,
    delivery,
  };
  const body = row.body?.(target);
  return app.request(
    new URL(row.path(target), ORIGIN).href,
    {
      method: name.slice(0, name.indexOf(" ")),
      headers: {
        // Sign-in is limited by the address.
        "cf-connecting-ip": crypto.randomUUID(),
        ...credentials,
        ...(body !== undefined && {
          "content-type": body instanceof Uint8Array ? "image/png" : "application/json",
        }),
        ...row.headers,
      },
      ...(body !== undefined && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    },
    { ...env, ...row.settings },
    createExecutionContext(),
  );
}

/** All that came back, headers included. */
async function textOf(response: Response): Promise<string> {
  if (response.webSocket) {
    response.webSocket.accept();
    response.webSocket.close();
    return "";
  }
  return `${JSON.stringify([...response.headers])} ${await response.text()}`;
}

function expectSafeHeaders(response: Response, { isPublic }: Row): void {
  const header = (name: string) => response.headers.get(name) ?? "";
  if (!isPublic) expect(header("cache-control"), "not for shared caches").toMatch(/\b(?:no-store|private)\b/);
  expect(header("cache-control")).not.toContain("public");
  expect(header("content-security-policy")).toMatch(/^default-src 'none'/);
  expect(header("content-security-policy")).not.toMatch(/unsafe-|\*/);
  expect(header("x-content-type-options")).toBe("nosniff");
  expect(header("referrer-policy")).toMatch(/^(?:same-origin|no-referrer)$/);
  expect(header("permissions-policy")).toContain("camera=()");
  expect(header("cross-origin-opener-policy")).toBe("same-origin");
  expect(header("cross-origin-resource-policy")).toMatch(/^(?:same|cross)-origin$/);
  expect(header("access-control-allow-origin")).toBe("");
}

describe("the authorization matrix", () => {
  it("has a row for every route", () => {
    const handled = app.routes.filter(({ method }) => method !== "ALL");
    const names = new Set(handled.map(({ method, path }) => `${method} ${path}`));
    expect([...names].sort()).toEqual(Object.keys(ROWS).sort());
    // Middleware serves every method; any other such route would not be in the table.
    for (const { method, path } of app.routes) if (method === "ALL") expect(path).toMatch(/\*$/);
  });

  it.each(Object.entries(ROWS))("%s answers each caller", async (name, row) => {
    const outcomes = await Promise.all(CALLERS.map((caller) => outcomeOf(name, row, caller)));
    for (const { caller, scene, response, text } of outcomes) {
      expect.soft(response.status, `${caller}: ${text}`).toBe(row.statuses[caller]);
      expectSafeHeaders(response, row);
      if (caller === "owner" || (caller === "operator" && row.isForOperators)) continue;
      for (const secret of secretsFrom(caller, scene.data, response)) {
        expect(text, caller).not.toContain(secret);
      }
    }
    const keyOutcomes = await Promise.all(KEY_CALLERS.map((caller) => keyOutcomeOf(name, row, caller)));
    for (const { caller, response, text, secret } of keyOutcomes) {
      expect.soft(response.status, `${caller}: ${text}`).toBe(statusOf(caller, row));
      expectSafeHeaders(response, row);
      expect(text, caller).not.toContain(secret);
    }
    const kept = new Set(
      [...outcomes, ...keyOutcomes].filter(({ isKept }) => isKept).map(({ scene }) => scene),
    );
    for (const scene of kept) {
      expect(await keptOf(scene.data), "nothing has changed").toEqual(scene.kept);
    }
  });
});

/** What this caller must not read. */
function secretsFrom(caller: Caller, data: UserData, response: Response): string[] {
  const { user, prompt, pixels, token, secretUrl, name } = data;
  // The link shows the image, and its prompt only if its owner has chosen that.
  const isShown = caller === "stranger" && response.ok;
  const hidden = [prompt, name, secretUrl, user.email, user.id];
  return [...hidden, ...(isShown ? [] : [pixels]), ...(KNOWS_LINK.includes(caller) ? [] : [token])];
}

function statusOf(caller: KeyCaller, { access, statuses }: Row): number {
  if (access === undefined) return statuses.nobody;
  if (caller === "revoked key" || caller === "expired key") return 401;
  if (access === "key") return 200;
  return caller === "key" && access !== "session" ? statuses.owner : 403;
}
