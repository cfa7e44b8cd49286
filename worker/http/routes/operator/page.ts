/** The operator's page. It is loaded with the first request: other routes do not pay for it. */
import { cappedBody } from "../../middleware/body.ts";
import { ownOrigin } from "../../middleware/origin.ts";
import { limitedAdmin } from "../../middleware/admin.ts";
import { newApp } from "../../routing.ts";

const page = () => import("../../pages/operator/respond.ts");

export const operatorPage = newApp()
  .use(ownOrigin, limitedAdmin)
  .get("/", async (c) => (await page()).showPage(c))
  .post("/:action", cappedBody, async (c) => (await page()).act(c, c.req.param("action")));
