/** Which property of a model's input takes a reference image. */
import * as z from "zod";

/** Where a URL is expected: in the property or in a list. */
const form = z.object({
  format: z.string().nullish().catch(null),
  items: z
    .object({ format: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
});
/** A property that can be null lists its forms. */
export const urlProperty = form.extend({
  anyOf: z.array(form).nullish().catch(null),
  oneOf: z.array(form).nullish().catch(null),
});
type UrlProperty = Partial<z.infer<typeof urlProperty>>;

export type ImageInput = {
  property: string;
  /** It takes a list of URLs. */
  isList: boolean;
};

/** Names that models use, the likeliest first. */
const USUAL_NAMES = [
  "image",
  "input_image",
  "image_url",
  "image_prompt",
  "reference_image",
  "init_image",
  "image_input",
  "start_image",
  "images",
  "input_images",
  "image_urls",
  "reference_images",
];
/** URLs of something else. */
const OTHER_URLS = /mask|control|pose|depth|video|audio|lora|weights|webhook|callback/;

/** Null: the model takes no reference image. */
export function imageInputIn(schema: Readonly<Record<string, UrlProperty>> | null): ImageInput | null {
  const names = Object.keys(schema ?? {}).filter((name) => !OTHER_URLS.test(name));
  const usual = USUAL_NAMES.filter((name) => names.includes(name));
  for (const property of [...usual, ...names]) {
    const forms = formsOf(schema?.[property] ?? {});
    if (forms.some(({ format }) => format === "uri")) return { property, isList: false };
    if (forms.some(({ items }) => items?.format === "uri")) return { property, isList: true };
  }
  return null;
}

const formsOf = (property: UrlProperty) => [property, ...(property.anyOf ?? []), ...(property.oneOf ?? [])];
