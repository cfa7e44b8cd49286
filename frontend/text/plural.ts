import { formatter, number } from "./format.ts";
import { language } from "./language.ts";

const rules = formatter(() => new Intl.PluralRules(language.tag));

/** A count with its noun, in the form that the language uses for that count. */
export function counted(
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string },
): string {
  return `${number(count)} ${forms[rules().select(count)] ?? forms.other}`;
}
