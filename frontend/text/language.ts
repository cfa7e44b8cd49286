/** The language that the whole catalogue is in: for `lang`, for `Intl`, which way the page runs, and its ten digits. */
export const language: { tag: string; direction: "ltr" | "rtl"; digits: string } = {
  tag: "en",
  direction: "ltr",
  digits: "0123456789",
};
