import { type Color, hex, turnHue } from "./color.ts";

export type Palette = {
  name: string;
  /** From the zenith to the horizon. */
  sky: readonly Color[];
  light: Color;
  far: Color;
  near: Color;
  /** For flowers, sails, windows. */
  accents: readonly Color[];
  dark: boolean;
};

function palette(name: string, sky: string, land: string, accents: string, dark = false): Palette {
  const [light = "#ffffff", far = "#888888", near = "#222222"] = land.split(" ");
  return {
    name,
    sky: sky.split(" ").map(hex),
    light: hex(light),
    far: hex(far),
    near: hex(near),
    accents: accents.split(" ").map(hex),
    dark,
  };
}

const PALETTES: readonly Palette[] = [
  palette("dawn", "#33356b #7d5f9a #e8938c #ffd6a6", "#fff1d2 #b57f95 #251c3a", "#ffb199 #ffe0b0 #c77dae"),
  palette("gold", "#3f7296 #93b8b8 #f3dba8 #f9bd79", "#fff6dc #c39a7c #33271f", "#f7a440 #fff0c4 #d9583b"),
  palette(
    "night",
    "#060a22 #10204c #27477c #5b86a8",
    "#f4f1e0 #3d5f8a #050a1b",
    "#ffd98a #ffb85c #9fd0ff",
    true,
  ),
  palette("teal", "#0f4152 #30838a #8fcdb7 #f2efc8", "#fffbe2 #69a8a1 #0b2b34", "#ffd27a #f7f3d0 #f08a5d"),
  palette("rose", "#4d2749 #a6446e #f1827a #ffcba3", "#ffebcd #b65a7c #2a1129", "#ffd0a8 #ff8fa3 #ffe8d6"),
  palette("arctic", "#4f86c2 #97c1e3 #d8eaf2 #fff3e4", "#ffffff #a3c0d9 #2b486a", "#ffffff #ffc9b5 #bfe3ff"),
  palette("ember", "#2c1022 #80212f #e25931 #ffbb52", "#ffeaae #a64034 #1e0a13", "#ffcf5c #ff7b3a #ffe9c0"),
  palette(
    "violet",
    "#170f40 #55308f #b462b8 #ffb3ca",
    "#ffe5ef #7a4aa4 #150a33",
    "#ffd1e6 #8ee3ff #ffc46b",
    true,
  ),
  palette(
    "meadow",
    "#4b9ad8 #9dd0ea #e2f3e8 #fff0c6",
    "#fffdf0 #8dbf9b #1d4a33",
    "#ff6f61 #ffd23f #ffffff #c77dff",
  ),
  palette("mist", "#667c8b #9fb1b8 #d2d9d4 #f2e8d9", "#fffaf0 #a0b0b1 #263840", "#e9b872 #f4ede1 #c8553d"),
  palette(
    "neon",
    "#0b0626 #2a1163 #8a1f9b #ff5c8a",
    "#ffd6e8 #4b2a8f #090418",
    "#4df3ff #ff5ccd #ffe066",
    true,
  ),
];

const WORDS: readonly [RegExp, readonly string[]][] = [
  [/\b(neon|cyber\w*|synthwave|retro|disco)\b/i, ["neon"]],
  [/\b(night|midnight|moon\w*|star\w*|dark\w*)\b/i, ["night", "violet"]],
  [/\b(snow\w*|winter|ice|icy|frozen|arctic|glacier)\b/i, ["arctic", "dawn"]],
  [/\b(sunset|dusk|evening|twilight)\b/i, ["rose", "ember", "dawn"]],
  [/\b(dawn|sunrise|morning)\b/i, ["dawn", "gold"]],
  [/\b(fire|lava|volcano|autumn|fall|red|mars)\b/i, ["ember"]],
  [/\b(fog\w*|mist\w*|rain\w*|storm\w*|grey|gray)\b/i, ["mist", "teal"]],
  [/\b(gold\w*|honey|amber|noon|summer|warm)\b/i, ["gold"]],
  [/\b(spring|green|garden|flower\w*|meadow)\b/i, ["meadow"]],
  [/\b(purple|violet|lavender|dream\w*|magic\w*)\b/i, ["violet", "rose"]],
  [/\b(blue|teal|turquoise|tropic\w*)\b/i, ["teal", "arctic"]],
  [/\b(pink|rose|love|blossom\w*)\b/i, ["rose"]],
];

/** The prompt's words choose the palette. Without such a word, the seed chooses one of those that suit the scene. */
export function choosePalette(prompt: string, suits: readonly string[], random: () => number): Palette {
  const named = WORDS.find(([words]) => words.test(prompt))?.[1] ?? suits;
  const name = named[Math.floor(random() * named.length)];
  const found = PALETTES.find((candidate) => candidate.name === name) ?? PALETTES[0];
  if (found === undefined) throw new Error("There is no palette.");
  const turn = (random() - 0.5) * 16;
  const turned = (color: Color) => turnHue(color, turn);
  return { ...found, sky: found.sky.map(turned), far: turned(found.far), near: turned(found.near) };
}
