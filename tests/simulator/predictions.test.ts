import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReceiver, startTestSimulator, type TestSimulator } from "./harness.ts";

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await startTestSimulator();
});
afterAll(() => simulator.close());

describe("a prediction", () => {
  it("changes from queued to succeeded", async () => {
    const created = await simulator.create({ prompt: "a lake at dawn" });
    expect(created).toMatchObject({
      status: "queued",
      type: "inference",
      output: null,
      model: { name: "truefusion-pro" },
    });
    await simulator.ended(created.id);
    const done = await simulator.get(created.id);
    expect(done).toMatchObject({ status: "succeeded", input: { prompt: "a lake at dawn" }, error: null });
    expect(done.metrics).toMatchObject({ progress: 100, image_count: 1 });
    expect(done.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(Date.parse(done.completed_at)).toBeGreaterThanOrEqual(Date.parse(done.started_at));
  });

  it("has a progress while it runs", async () => {
    const { id } = await simulator.create({ prompt: "[mood:stuck]" });
    await simulator.post(`/predictions/${id}/nothing`, {});
    const first = await simulator.get(id);
    expect(["queued", "starting", "processing"]).toContain(first.status);
    expect(first.metrics.progress).toBeLessThan(100);
  });

  it("can be created at the older path with a webhook string", async () => {
    const receiver = await startReceiver();
    const response = await simulator.post("/predict", {
      model: "skytells/truefusion-pro",
      input: { prompt: "older" },
      webhook: receiver.url,
    });
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as { id: string };
    await simulator.deliveries(id, 2);
    expect(receiver.received.map((hook) => hook.json.type)).toEqual([
      "prediction.started",
      "prediction.succeeded",
    ]);
    await receiver.close();
  });

  it("of truefusion-edge has ended in the create's response with await", async () => {
    const created = await simulator.create({ prompt: "quick" }, { model: "truefusion-edge", await: true });
    expect(created.status).toBe("succeeded");
  });

  it("can be canceled once", async () => {
    const { id } = await simulator.create({ prompt: "[mood:stuck]" });
    const response = await simulator.post(`/predictions/${id}/cancel`, {});
    expect(await response.json()).toMatchObject({ id, status: "canceled" });
    expect((await simulator.post(`/predictions/${id}/cancel`, {})).status).toBe(422);
  });

  it("is unknown after a delete at either path", async () => {
    for (const suffix of ["", "/delete"]) {
      const { id, output } = await simulator.run({ prompt: "delete [mood:terminal,output-tiny]" });
      expect((await fetch(output[0])).status).toBe(200);
      const response = await simulator.call(`/predictions/${id}${suffix}`, { method: "DELETE" });
      expect(await response.json()).toEqual({ success: true });
      expect((await simulator.call(`/predictions/${id}`)).status).toBe(502);
      expect((await fetch(output[0])).status).toBe(404);
    }
  });
});

describe("an invalid request", () => {
  it("without the key is 401", async () => {
    const response = await fetch(`${simulator.url}/models`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      status: false,
      error: { error_id: "UNAUTHORIZED", http_status: 401 },
    });
  });

  it("for an unknown id is 502 with its own error_id", async () => {
    const response = await simulator.call("/predictions/00000000-0000-4000-8000-000000000000");
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { error_id: "PREDICTION_NOT_FOUND" } });
  });

  it.each([
    ["an unknown model", { model: "nothing", input: { prompt: "x" } }, 404, "MODEL_NOT_FOUND"],
    ["no prompt", { model: "truefusion-pro", input: {} }, 422, "VALIDATION_ERROR"],
    ["an empty prompt", { model: "truefusion-pro", input: { prompt: "" } }, 422, "VALIDATION_ERROR"],
    [
      "an unknown aspect ratio",
      { model: "truefusion-pro", input: { prompt: "x", aspect_ratio: "5:1" } },
      422,
      "VALIDATION_ERROR",
    ],
    [
      "a seed that is too large",
      { model: "truefusion-pro", input: { prompt: "x", seed: 2 ** 31 } },
      422,
      "VALIDATION_ERROR",
    ],
    [
      "an option that truefusion-edge does not have",
      { model: "truefusion-edge", input: { prompt: "x", aspect_ratio: "1:1" } },
      422,
      "VALIDATION_ERROR",
    ],
    [
      "a webhook that is not a URL",
      { model: "truefusion-pro", input: { prompt: "x" }, webhook: "no" },
      422,
      "VALIDATION_ERROR",
    ],
  ])("with %s is rejected", async (_, body, status, errorId) => {
    const response = await simulator.post("/predictions", body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { error_id: errorId } });
  });

  it("with a body that is not JSON is rejected", async () => {
    expect((await simulator.call("/predictions", { method: "POST", body: "{" })).status).toBe(400);
  });
});

describe("models", () => {
  it("are listed", async () => {
    const models = await (await simulator.call("/models")).json();
    expect((models as { slug: string }[]).map((model) => model.slug)).toEqual([
      "truefusion-pro",
      "truefusion-edge",
      "truefusion-2.0",
      "truefusion-edit",
      "truefusion-blend",
      "upscaler",
    ]);
  });

  it.each(["/models", "/model"])("have their schema at %s/{slug}", async (path) => {
    const pro = (await (
      await simulator.call(`${path}/truefusion-pro?fields=input_schema`)
    ).json()) as TestJson;
    expect(Object.keys(pro.input_schema.properties)).toEqual([
      "prompt",
      "aspect_ratio",
      "number_of_images",
      "seed",
      "negative_prompt",
    ]);
    expect(pro.input_schema.properties["seed"]).toMatchObject({
      type: "integer",
      minimum: 0,
      maximum: 2_147_483_647,
    });
    expect(pro.input_schema.properties["aspect_ratio"]?.enum).toContain("16:9");
    expect(pro.input_schema.required).toEqual(["prompt"]);
    const edge = (await (await simulator.call(`${path}/truefusion-edge`)).json()) as TestJson;
    expect(Object.keys(edge.input_schema.properties)).toEqual(["prompt", "seed"]);
  });
});

type TestJson = {
  input_schema: { properties: Record<string, { enum?: string[] }>; required: string[] };
};

describe("the list of predictions", () => {
  it("has filters and pages, newest first", async () => {
    const own = await startTestSimulator();
    const ids: string[] = [];
    for (const model of ["truefusion-pro", "truefusion-2.0", "truefusion-pro"]) {
      ids.unshift((await own.create({ prompt: "[mood:stuck]" }, { model })).id);
    }
    const list = async (query: string) => {
      const response = await own.call(`/predictions?${query}`);
      return {
        status: response.status,
        body: (await response.json()) as { data: { id: string }[]; pagination: object },
      };
    };
    const idsOf = async (query: string) => (await list(query)).body.data.map((item) => item.id);
    const today = new Date().toISOString().slice(0, 10);

    expect(await idsOf("")).toEqual(ids);
    expect(await idsOf("per_page=2&page=2")).toEqual([ids[2]]);
    expect(await idsOf("model=truefusion-2.0")).toEqual([ids[1]]);
    expect(await idsOf(`from=${today}&to=${today}`)).toEqual(ids);
    expect(await idsOf("to=2020-01-01")).toEqual([]);
    await own.post(`/predictions/${ids[0]}/cancel`, {});
    expect(await idsOf("status=cancelled")).toEqual([ids[0]]);
    expect((await list("per_page=2")).body.pagination).toMatchObject({
      page: 1,
      per_page: 2,
      total: 3,
      has_more: true,
    });
    expect((await list("per_page=51")).status).toBe(422);
    await own.close();
  });
});
