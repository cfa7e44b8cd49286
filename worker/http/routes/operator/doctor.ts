/** The doctor, for `npm run doctor`. Its code is loaded with the first request: other routes do not pay for it. */
import { settingsOf } from "../../../config/settings.ts";
import { adminOnly } from "../../middleware/admin.ts";
import { originOf, ownOrigin } from "../../middleware/origin.ts";
import { newApp } from "../../routing.ts";

export const doctor = newApp()
  .use(ownOrigin, adminOnly)
  .post("/", async (c) => {
    const { examine } = await import("../../../use-cases/doctor/examine.ts");
    return c.json(await examine(c.env, originOf(c)), 200);
  })
  .post("/self-test", async (c) => {
    const { createSelfTest } = await import("../../../use-cases/doctor/self-test.ts");
    return c.json(await createSelfTest(settingsOf(c.env), originOf(c)), 200);
  });
