import { formatter, number } from "./format.ts";
import { language } from "./language.ts";

const rules = formatter(() => new Intl.PluralRules(language.tag));

/** A count with its word, in the form that the language wants for that many. */
export function counted(
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string },
): string {
  return `${number(count)} ${forms[rules().select(count)] ?? forms.other}`;
}
