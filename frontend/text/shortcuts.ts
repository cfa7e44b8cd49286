/**
 * Every key that does something, as the list behind `?` shows it. `state/shortcuts.ts` listens to those for
 * `anywhere`; a page or dialog listens to its own, and adds them here.
 */
export type Shortcut = {
  /** Alternatives; a space parts keys pressed one after the other, a plus those held together. Mod: Cmd or Ctrl. */
  keys: string[];
  what: string;
};

export const shortcuts = (enterSends: boolean): { where: string; list: Shortcut[] }[] => [
  {
    where: "Anywhere",
    list: [
      { keys: ["/"], what: "Write a prompt" },
      { keys: ["O"], what: "Options" },
      { keys: ["."], what: "Cancel the latest on its way" },
      { keys: ["G C"], what: "Go to Create" },
      { keys: ["G G"], what: "Go to the gallery" },
      { keys: ["?"], what: "This list" },
      { keys: ["Mod+Z"], what: "Undo deleting" },
      { keys: ["Esc"], what: "Close what is open" },
    ],
  },
  {
    where: "In the prompt",
    list: [
      { keys: enterSends ? ["Enter", "Mod+Enter"] : ["Mod+Enter"], what: "Generate" },
      { keys: enterSends ? ["Shift+Enter"] : ["Enter", "Shift+Enter"], what: "New line" },
      { keys: ["Tab"], what: "Use the example, until you write something (Esc first: move on)" },
      { keys: ["↑", "↓"], what: "Earlier prompts, in the empty field" },
    ],
  },
  {
    where: "In the gallery",
    list: [
      { keys: ["←", "→", "↑", "↓"], what: "From picture to picture" },
      { keys: ["Enter"], what: "Open it" },
      { keys: ["Space", "X"], what: "Select it" },
      { keys: ["Shift+←", "Shift+→"], what: "Select as you go" },
      { keys: ["Mod+A"], what: "Select all that is loaded" },
      { keys: ["F"], what: "Favourite" },
      { keys: ["Delete", "Backspace"], what: "Delete" },
    ],
  },
  {
    where: "On a picture",
    list: [
      { keys: ["←", "→"], what: "Previous and next picture" },
      { keys: ["Z", "-", "="], what: "Zoom, smaller, larger" },
      { keys: ["Shift+←", "Shift+↑"], what: "Move the enlarged picture" },
      { keys: ["F"], what: "Favourite" },
      { keys: ["D"], what: "Download" },
      { keys: ["S"], what: "Share" },
      { keys: ["Delete", "Backspace"], what: "Delete" },
    ],
  },
];
