/** The text of the account menu. */
import { PLANS, type Plan } from "../../worker/shared/plans.ts";
import { counted } from "./plural.ts";

export const menuText = {
  plan: (plan: Plan) => {
    const { label, concurrent } = PLANS[plan];
    return `${label} plan · ${counted(concurrent, { one: "image at a time", other: "images at once" })}`;
  },
  signedOut: "Not signed in",
  signIn: "Sign in",
  signOut: "Sign out",
  yourAccount: "Your account",
  theme: "Appearance",
  themes: { system: "System", light: "Light", dark: "Dark" },
};
