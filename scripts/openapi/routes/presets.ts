import { presetList, presetResponse } from "../../../worker/api/schemas/preset.ts";
import { presetBody, presetChange } from "../../../worker/api/schemas/requests/preset.ts";
import { type ApiRoute, created, done, NO_CONTENT } from "./route.ts";

export const presetRoutes: readonly ApiRoute[] = [
  {
    method: "get",
    path: "/api/presets",
    tag: "Presets",
    summary: "List presets",
    access: "read",
    success: done("All presets, oldest first.", presetList),
    errors: ["rate_limited"],
  },
  {
    method: "post",
    path: "/api/presets",
    tag: "Presets",
    summary: "Create a preset",
    access: "manage",
    body: presetBody,
    success: created("The preset.", presetResponse),
    errors: ["invalid_prompt", "invalid_model", "maximum_reached", "rate_limited"],
  },
  {
    method: "patch",
    path: "/api/presets/:id",
    tag: "Presets",
    summary: "Change a preset",
    description: "Null removes prompt, model or style. Options are replaced as a whole.",
    access: "manage",
    body: presetChange,
    success: done("The changed preset.", presetResponse),
    errors: ["invalid_prompt", "invalid_model", "not_found", "rate_limited"],
  },
  {
    method: "delete",
    path: "/api/presets/:id",
    tag: "Presets",
    summary: "Delete a preset",
    access: "manage",
    success: NO_CONTENT,
    errors: ["not_found", "rate_limited"],
  },
];
