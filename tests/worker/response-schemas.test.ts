import * as z from "zod";
import { beforeAll, expect, it } from "vitest";
import { collectionList, collectionResponse } from "../../worker/api/schemas/collection.ts";
import { studioEvent } from "../../worker/api/schemas/event.ts";
import { exportDocument, exportParts } from "../../worker/api/schemas/export.ts";
import {
  bulkResult,
  type Generation,
  generationPage,
  generationResponse,
  imageUrl,
  shareLink,
} from "../../worker/api/schemas/generation.ts";
import { presetList, presetResponse } from "../../worker/api/schemas/preset.ts";
import { problem } from "../../worker/api/schemas/problem.ts";
import { session } from "../../worker/api/schemas/session.ts";
import {
  deliveryPage,
  deliveryResponse,
  endpointList,
  endpointResponse,
  newEndpointResponse,
} from "../../worker/api/schemas/webhook-endpoint.ts";
import { entriesOf } from "../zip.ts";
import {
  call,
  eventually,
  generate,
  newPrompt,
  newUser,
  openStudio,
  reaches,
  type Visitor,
} from "./support/app.ts";
import { createEndpoint, ENDPOINTS, patch } from "./support/receiver.ts";

let user: Visitor;
let made: Generation;
let presetPath: string;
let collectionPath: string;
let endpointId: string;

beforeAll(async () => {
  user = await newUser();
  endpointId = (await createEndpoint(user)).id;
  const { id } = await generate(user, newPrompt("terminal"), {
    aspectRatio: "16:9",
    negativePrompt: "text",
    style: "comic",
  });
  made = await reaches(user, id, "succeeded");
  const newPreset = await user.post("/api/presets", {
    name: "Posters",
    prompt: "a fox",
    model: "truefusion-pro",
    options: { aspectRatio: "16:9", seed: 1, negativePrompt: "text" },
    style: "comic",
  });
  presetPath = `/api/presets/${(await newPreset.json<{ preset: { id: string } }>()).preset.id}`;
  const newCollection = await user.post("/api/collections", { name: "Foxes" });
  const { collection } = await newCollection.json<{ collection: { id: string } }>();
  collectionPath = `/api/collections/${collection.id}`;
  await user.post("/api/generations/bulk", {
    ids: [made.id],
    action: "collect",
    collection: collection.id,
  });
});

const rename = (resource: string) =>
  user.call(resource, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Another name" }),
  });

/** A field that the schema does not have would be left out by `parse`. */
function expectMatch(schema: z.ZodType, body: unknown) {
  expect(schema.parse(body)).toEqual(body);
}

const path = (end = "") => `/api/generations/${made.id}${end}`;

it.each<[string, z.ZodType, () => Promise<Response>]>([
  ["GET /api/session without a session", session, () => call("/api/session")],
  ["GET /api/session", session, () => user.call("/api/session")],
  ["POST /api/generate", generationResponse, () => user.post("/api/generate", { prompt: newPrompt("slow") })],
  ["GET /api/predictions/:id", generationResponse, () => user.call(`/api/predictions/${made.id}`)],
  ["GET /api/generations", generationPage, () => user.call("/api/generations?limit=1")],
  ["GET /api/generations/:id/url", imageUrl, () => user.call(path("/url"))],
  ["POST /api/generations/:id/share", shareLink, () => user.post(path("/share"))],
  [
    "PATCH /api/generations/:id",
    generationResponse,
    () =>
      user.call(path(), {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ favorite: true }),
      }),
  ],
  [
    "POST /api/generations/bulk",
    bulkResult,
    () => user.post("/api/generations/bulk", { ids: [made.id, "unknown"], action: "favorite" }),
  ],
  ["GET /api/presets", presetList, () => user.call("/api/presets")],
  ["POST /api/presets", presetResponse, () => user.post("/api/presets", { name: "Minimal" })],
  ["PATCH /api/presets/:id", presetResponse, () => rename(presetPath)],
  ["GET /api/collections", collectionList, () => user.call("/api/collections")],
  ["POST /api/collections", collectionResponse, () => user.post("/api/collections", { name: "Empty" })],
  ["PATCH /api/collections/:id", collectionResponse, () => rename(collectionPath)],
  ["GET /api/webhook-endpoints", endpointList, () => user.call(ENDPOINTS)],
  [
    "POST /api/webhook-endpoints",
    newEndpointResponse,
    () => user.post(ENDPOINTS, { url: "https://hooks.example.org/" }),
  ],
  ["PATCH /api/webhook-endpoints/:id", endpointResponse, () => patch(user, endpointId, { enabled: true })],
  [
    "POST /api/webhook-endpoints/:id/rotate",
    newEndpointResponse,
    () => user.post(`${ENDPOINTS}/${endpointId}/rotate`),
  ],
  [
    "POST /api/webhook-endpoints/:id/test",
    deliveryResponse,
    () => user.post(`${ENDPOINTS}/${endpointId}/test`),
  ],
  [
    "GET /api/webhook-endpoints/:id/deliveries",
    deliveryPage,
    () => user.call(`${ENDPOINTS}/${endpointId}/deliveries`),
  ],
  ["GET /api/account/export", exportParts, () => user.call("/api/account/export")],
  ["an error", problem, () => user.call("/api/generations/unknown")],
  ["limit_reached", problem, () => user.post("/api/generate", { prompt: newPrompt("slow") })],
])("the response of %s matches its schema", async (_, schema, request) => {
  const response = await request();
  expectMatch(schema, await response.json());
});

it("the document of an export matches its schema", async () => {
  const response = await user.call("/api/account/export?part=1");
  const entries = entriesOf(new Uint8Array(await response.arrayBuffer()));
  expectMatch(exportDocument, JSON.parse(new TextDecoder().decode(entries.at(-1)?.bytes)));
});

it("the messages of a socket match their schema", async () => {
  const other = await newUser();
  const studio = await openStudio(other);
  const { id } = await generate(other, newPrompt("terminal"));
  await reaches(other, id, "succeeded");
  await other.call(`/api/generations/${id}`, { method: "DELETE" });
  const types = () => new Set(studio.events.map(({ type }) => type));
  await eventually(async () =>
    expect(types()).toEqual(new Set(["snapshot", "generation", "limits", "deleted"])),
  );
  for (const event of studio.events) expectMatch(studioEvent, event);
});
