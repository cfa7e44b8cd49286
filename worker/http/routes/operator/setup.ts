/** The setup page. It is loaded with the first request: other routes do not pay for it. */
import { limitedAdmin } from "../../middleware/admin.ts";
import { newApp } from "../../routing.ts";

export const setup = newApp().get("/", limitedAdmin, async (c) => {
  const { showSetup } = await import("../../pages/operator/setup-page.tsx");
  return showSetup(c);
});
