/**
 * Every keyboard shortcut, as the shortcuts dialog lists them. `studio/shortcuts.ts` handles those for anywhere; a page
 * or dialog handles its own.
 */
export type Shortcut = {
  /** Alternatives. A space separates keys pressed one after the other, a plus those held together. Mod: Cmd or Ctrl. */
  keys: string[];
  what: string;
};

export const shortcutLists = (enterSends: boolean): { where: string; list: Shortcut[] }[] => [
  {
    where: "Anywhere",
    list: [
      { keys: ["/"], what: "Write a prompt" },
      { keys: ["O"], what: "Options" },
      { keys: ["."], what: "Cancel the latest" },
      { keys: ["G C"], what: "Go to Create" },
      { keys: ["G G"], what: "Go to gallery" },
      { keys: ["?"], what: "Keyboard shortcuts" },
      { keys: ["Mod+Z"], what: "Undo deleting" },
      { keys: ["Esc"], what: "Close" },
    ],
  },
  {
    where: "In the prompt",
    list: [
      { keys: enterSends ? ["Enter", "Mod+Enter"] : ["Mod+Enter"], what: "Generate" },
      { keys: enterSends ? ["Shift+Enter"] : ["Enter", "Shift+Enter"], what: "New line" },
      { keys: ["Tab"], what: "Use the example, until you type something (Esc first to move on)" },
      { keys: ["↑", "↓"], what: "Earlier prompts, while the prompt is empty" },
    ],
  },
  {
    where: "In the gallery",
    list: [
      { keys: ["←", "→", "↑", "↓"], what: "Move between images" },
      { keys: ["Enter"], what: "Open" },
      { keys: ["Space", "X"], what: "Select" },
      { keys: ["Shift+←", "Shift+→"], what: "Extend the selection" },
      { keys: ["Mod+A"], what: "Select all loaded images" },
      { keys: ["F"], what: "Favorite" },
      { keys: ["Delete", "Backspace"], what: "Delete" },
    ],
  },
  {
    where: "On an image",
    list: [
      { keys: ["←", "→"], what: "Previous and next image" },
      { keys: ["Z", "-", "="], what: "Zoom, zoom out, zoom in" },
      { keys: ["Shift+←", "Shift+↑"], what: "Move the zoomed image (without Shift while comparing)" },
      { keys: ["F"], what: "Favorite" },
      { keys: ["D"], what: "Download" },
      { keys: ["S"], what: "Share" },
      { keys: ["E"], what: "Edit the prompt" },
      { keys: ["R"], what: "Create another one" },
      { keys: ["Delete", "Backspace"], what: "Delete" },
    ],
  },
];
