/** Part of the text catalogue: what the page says before, and without, its script. */
export const page = {
  title: "Image Studio",
  /** Under an icon. */
  shortTitle: "Studio",
  description: "Type what you want to see, and see it. An AI image studio of your own.",
  gallery: "Gallery",
  noscript: "Image Studio needs JavaScript to make pictures.",
};
