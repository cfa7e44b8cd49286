/** Part of the text catalogue: what the page says before, and without, its script. */
export const page = {
  title: "Image Studio",
  /** Under an icon. */
  shortTitle: "Studio",
  description: "Type what you want to see, and see it. An AI image studio of your own.",
  gallery: "Gallery",
  noscript: "Image Studio needs JavaScript to make images.",
  /** Shown by the stylesheet where the browser cannot run the studio. */
  outdated: "This browser is too old for Image Studio. Please update it, or open this page in another one.",
};
