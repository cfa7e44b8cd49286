/** The text of index.html, which the browser shows before the script runs, or without it. */
export const htmlText = {
  title: "Image Studio",
  /** Under the icon of an installed app. */
  shortTitle: "Studio",
  description: "Type what you want to see, and see it. An AI image studio of your own.",
  gallery: "Gallery",
  noscript: "Image Studio needs JavaScript to make images.",
  /** base.css shows it where the browser cannot run the studio. */
  outdated: "This browser is too old for Image Studio. Please update it, or open this page in another one.",
};
