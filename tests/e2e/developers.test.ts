/** What developers see: the page `/developers`, its examples, and the OpenAPI document against real responses. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import { beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { EXAMPLES } from "../../scripts/openapi/examples.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { type Client, createClient } from "./support/client.ts";

useBrowser();
const { url } = inject("app");

let client: Client;
let key: string;
beforeAll(async () => {
  client = await createClient(url, newEmail());
  const body = { name: "the tests", scopes: ["read", "generate", "manage"] };
  key = (await (await client.call("POST", "/api/keys", body)).json()).secret;
});

const hasPython = (() => {
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const commands: [name: keyof typeof EXAMPLES, command: string, file: string, isHere: boolean][] = [
  ["curl", "bash", "example.sh", true],
  ["javascript", process.execPath, "example.mjs", true],
  ["python", "python3", "example.py", hasPython],
];

/** Runs a program with an API key, and returns the beginning of a file that it writes. */
async function run(command: string, file: string, program: string): Promise<(name: string) => string> {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, file), program);
  const env = { ...process.env, STUDIO: url, KEY: key };
  await new Promise<void>((resolve, reject) => {
    execFile(command, [file], { cwd: folder, env, timeout: 60_000 }, (error, out, err) =>
      error ? reject(new Error(`${out}${err}`, { cause: error })) : resolve(),
    );
  });
  await client.isIdle();
  return (name) => readFileSync(join(folder, name)).subarray(1, 4).toString();
}

test.each(commands.filter(([, , , isHere]) => isHere))(
  "the example in %s creates and downloads an image",
  async (name, command, file) => {
    const typeOf = await run(command, file, EXAMPLES[name]);
    expect(typeOf("image")).toBe("PNG");
  },
);

test("the commands in docs/api.md create an image, and download it with a key and by a URL", async () => {
  const doc = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  const program = /^```sh\n([^]*?)^```$/m.exec(doc)?.[1] ?? "";
  expect(program).toContain(EXAMPLES.curl);
  const typeOf = await run("bash", "api.sh", program);
  expect(typeOf("image")).toBe("PNG");
  expect(typeOf("image-by-url")).toBe("PNG");
});

test("responses match the OpenAPI document", async () => {
  const document = await (await fetch(`${url}/openapi.json`)).json();
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "openapi", components: document.components });
  const withKey = (method: string, path: string, body?: unknown) =>
    fetch(url + path, {
      method: method.toUpperCase(),
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const made = await client.makes("a kite over the dunes");
  const { collection } = await (await withKey("post", "/api/collections", { name: "Kites" })).json();
  const { preset } = await (await withKey("post", "/api/presets", { name: "Dunes", prompt: "dunes" })).json();
  const calls: [method: string, path: string, at: string, body?: unknown][] = [
    ["get", "/api/session", "/api/session"],
    ["get", "/api/generations", "/api/generations?limit=5"],
    ["get", "/api/generations", "/api/generations?limit=five"],
    ["get", "/api/predictions/{id}", `/api/predictions/${made.id}`],
    ["get", "/api/predictions/{id}", "/api/predictions/unknown"],
    ["post", "/api/predictions/{id}/cancel", `/api/predictions/${made.id}/cancel`],
    ["patch", "/api/generations/{id}", `/api/generations/${made.id}`, { favorite: true }],
    [
      "post",
      "/api/generations/bulk",
      "/api/generations/bulk",
      { ids: [made.id, "unknown"], action: "favorite" },
    ],
    ["post", "/api/generations/{id}/share", `/api/generations/${made.id}/share`, { showPrompt: true }],
    ["get", "/api/collections", "/api/collections"],
    ["patch", "/api/collections/{id}", `/api/collections/${collection.id}`, { name: "Dragons" }],
    ["get", "/api/presets", "/api/presets"],
    ["patch", "/api/presets/{id}", `/api/presets/${preset.id}`, { prompt: null }],
    ["get", "/api/keys", "/api/keys"],
    ["post", "/api/generate", "/api/generate", { prompt: "" }],
    ["post", "/api/generate", "/api/generate", { prompt: "a kite" }],
  ];
  for (const [method, path, at, body] of calls) {
    const response = await withKey(method, at, body);
    const what = `${method} ${at}: ${response.status}`;
    const described = document.paths[path][method].responses[response.status];
    const [type, { schema }] = Object.entries<{ schema: object }>(described?.content ?? {})[0] ?? ["", {}];
    expect(response.headers.get("content-type"), what).toContain(type);
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')));
    const value = await response.json();
    expect(validate(value), `${what} ${JSON.stringify(validate.errors)}`).toBe(true);
    if (!response.ok) expect(described.description.split(", "), what).toContain(value.code);
  }
  await client.isIdle();
});

test.each([
  ["a phone", PHONE],
  ["a desktop", { width: 1440, height: 900 }],
])("the page is readable on %s, and accessible", async (_, viewport) => {
  const { page } = await visit({ viewport });
  await page.goto(`${url}/developers`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await overflow(), "no scrolling to the side").toBe(0);
  for (const summary of await page.locator("summary").all()) await summary.click();
  expect(await overflow(), "everything open").toBe(0);
  expect(await violationsInBothThemes(page, false)).toEqual([]);
});
