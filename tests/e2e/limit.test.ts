/** The plan's limit holds however many ask at once, and a place that is free again can be taken. */
import { expect, inject, test } from "vitest";
import { PLANS, type Plan } from "../../worker/shared/plans.ts";
import { newEmail } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { setPlan } from "./support/operator.ts";
import { createSimulatorClient } from "./support/simulator.ts";

const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);
const AT_ONCE = 200;

test.each<{ plan: Plan }>([{ plan: "free" }, { plan: "pro" }])(
  `${AT_ONCE} requests at once on the $plan plan`,
  async ({ plan }) => {
    const { concurrent } = PLANS[plan];
    const email = newEmail();
    const client = await createClient(app.url, email);
    await setPlan(app, email, plan);
    const prompt = `[mood:stuck] Two hundred doors, on the ${plan} plan`;

    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => client.generate({ prompt })));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(concurrent);
    expect(statuses.filter((status) => status === 429)).toHaveLength(AT_ONCE - concurrent);
    for (const [index, body] of bodies.entries()) {
      if (statuses[index] !== 429) continue;
      expect(body).toMatchObject({ code: "limit_reached", status: 429, limits: { concurrent } });
    }
    const creates = await simulator.creates(prompt);
    expect(creates, "what reached Skytells").toHaveLength(concurrent);
    expect((await client.session()).limits).toMatchObject({
      concurrent,
      inFlight: concurrent,
      unconfirmed: 0,
    });

    for (const { id } of creates) await simulator.finishId(String(id));
    await client.isIdle();
    await client.makes(`The next one through, on the ${plan} plan`);
  },
);
