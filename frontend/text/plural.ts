import { language } from "./language.ts";

const number = new Intl.NumberFormat(language.tag);
const rules = new Intl.PluralRules(language.tag);

/** A count with its word, in the form that the language wants for that many. */
export function counted(
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string },
): string {
  return `${number.format(count)} ${forms[rules.select(count)] ?? forms.other}`;
}
