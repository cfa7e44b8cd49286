/** The language of all text: its tag for `lang` and `Intl`, its direction, and its ten digits. */
export const language: { tag: string; digits: string } = {
  tag: "en",
  digits: "0123456789",
};
