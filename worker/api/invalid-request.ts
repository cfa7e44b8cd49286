/** Which refusal an invalid request gets: errors of `prompt` first, then of `model`, then the others. */
import type { Refusal } from "./problem.ts";

type Issue = { path: readonly PropertyKey[]; message: string };

export const UNKNOWN_MODEL: Issue = { path: ["model"], message: "is not offered" };

export function refusalOfIssues(issues: readonly Issue[]): Refusal {
  const about = (field: string) => issues.find((issue) => issue.path[0] === field);
  const prompt = about("prompt");
  if (prompt) return { code: "invalid_prompt", detail: prompt.message };
  if (about("model")) return { code: "invalid_model", detail: "There is no such model." };
  const issue = issues[0];
  const field = issue?.path.join(".");
  return {
    code: "invalid_request",
    detail: `${field ? `${field}: ` : ""}${issue?.message ?? "Invalid request."}`,
  };
}
