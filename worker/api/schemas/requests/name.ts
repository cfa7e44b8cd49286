import * as z from "zod";
import { MAX_NAME_LENGTH, nameProblem, normalizeName } from "../../../shared/names.ts";

const NAME_SENTENCES = {
  empty: "is empty",
  too_long: `has at most ${MAX_NAME_LENGTH} characters`,
  malformed: "contains characters that are not allowed in a name",
} as const;

/** The name of a preset or a collection. */
export const name = z.string().transform((value, context) => {
  const problem = nameProblem(value);
  if (problem === null) return normalizeName(value);
  context.addIssue({ code: "custom", message: NAME_SENTENCES[problem] });
  return z.NEVER;
});
