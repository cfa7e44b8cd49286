/** The language that the whole catalogue is in: for `lang`, for `Intl`, and which way the page runs. */
export const language: { tag: string; direction: "ltr" | "rtl" } = { tag: "en", direction: "ltr" };
