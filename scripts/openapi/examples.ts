/** The first requests on the page `/developers`. A test runs them; `$STUDIO` and `$KEY` are the studio's address and an API key. */

export const EXAMPLES = {
  curl: `# Create an image
id=$(curl -sS "$STUDIO/api/generate" \\
  -H "Authorization: Bearer $KEY" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: $(date +%s)-$$" \\
  -d '{"prompt": "a lighthouse at dawn"}' | sed -E 's/.*"id":"([^"]+)".*/\\1/')

# Wait until it has ended
until curl -sS "$STUDIO/api/predictions/$id" -H "Authorization: Bearer $KEY" |
  grep -qE '"status":"(succeeded|failed|canceled)"'; do sleep 2; done

# Download it
curl -sS --fail "$STUDIO/images/$id/0?download" -H "Authorization: Bearer $KEY" -o image`,

  javascript: `const studio = process.env.STUDIO;
const headers = { authorization: \`Bearer \${process.env.KEY}\`, "content-type": "application/json" };

async function request(path, init) {
  const response = await fetch(studio + path, { ...init, headers });
  if (!response.ok) throw new Error((await response.json()).detail);
  return response;
}

const body = JSON.stringify({ prompt: "a lighthouse at dawn" });
let { generation } = await (await request("/api/generate", { method: "POST", body })).json();
while (!["succeeded", "failed", "canceled"].includes(generation.status)) {
  await new Promise((resolve) => setTimeout(resolve, 2000));
  ({ generation } = await (await request(\`/api/predictions/\${generation.id}\`)).json());
}
if (generation.status !== "succeeded") throw new Error(generation.error?.message ?? generation.status);

const image = await (await request(generation.outputUrl)).arrayBuffer();
await (await import("node:fs/promises")).writeFile("image", Buffer.from(image));`,

  python: `import json, os, time, urllib.request

def request(path, body=None):
    return urllib.request.urlopen(urllib.request.Request(
        os.environ["STUDIO"] + path,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": "Bearer " + os.environ["KEY"], "Content-Type": "application/json"},
    )).read()

generation = json.loads(request("/api/generate", {"prompt": "a lighthouse at dawn"}))["generation"]
while generation["status"] not in ("succeeded", "failed", "canceled"):
    time.sleep(2)
    generation = json.loads(request("/api/predictions/" + generation["id"]))["generation"]
if generation["status"] != "succeeded":
    raise SystemExit(generation["error"])

with open("image", "wb") as file:
    file.write(request(generation["outputUrl"]))`,
} as const;

/** Each verifies a webhook with the library of Standard Webhooks; `docs/webhooks.md` has the same. */
export const WEBHOOK_EXAMPLES = {
  javascript: `import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);

export async function receive(request) {
  const body = await request.text();
  const event = webhook.verify(body, Object.fromEntries(request.headers)); // throws for a wrong signature
  console.log(event.type, event.data.generation?.id);
  return new Response(null, { status: 204 });
}`,

  python: `import os
from standardwebhooks.webhooks import Webhook

webhook = Webhook(os.environ["WEBHOOK_SECRET"])

def receive(body, headers):
    event = webhook.verify(body, headers)  # raises for a wrong signature
    print(event["type"], event["data"].get("generation", {}).get("id"))
    return 204`,
} as const;

export const LANGUAGES: Record<keyof typeof EXAMPLES, string> = {
  curl: "curl",
  javascript: "JavaScript",
  python: "Python",
};
