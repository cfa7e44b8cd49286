/** The tab is in the background, or the window is minimized. */
export const isPageHidden = (): boolean => document.hidden;
