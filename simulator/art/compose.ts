import type { ImageRequest } from "../painter.ts";
import { createRandom, hash } from "../random.ts";
import { createCanvas } from "./canvas.ts";
import type { Easel } from "./elements.ts";
import { createNoise } from "./noise.ts";
import { choosePalette } from "./palettes.ts";
import { enlarge, tintWith } from "./reference.ts";
import { paintAurora } from "./scenes/aurora.ts";
import { paintCity } from "./scenes/city.ts";
import { paintDesert } from "./scenes/desert.ts";
import { paintForest } from "./scenes/forest.ts";
import { paintMeadow } from "./scenes/meadow.ts";
import { paintMountains } from "./scenes/mountains.ts";
import { paintPaper } from "./scenes/paper.ts";
import { paintSea } from "./scenes/sea.ts";
import { paintSpace } from "./scenes/space.ts";

type Scene = { words: RegExp; palettes: readonly string[]; paint: (easel: Easel) => void };

const SCENES: readonly Scene[] = [
  {
    words:
      /\b(space|galax\w*|planet\w*|cosm\w*|nebula\w*|astronaut\w*|rocket\w*|orbit\w*|saturn|mars|universe)\b/i,
    palettes: ["violet", "ember", "teal", "rose", "night"],
    paint: paintSpace,
  },
  {
    words: /\b(aurora\w*|northern lights|polar|iceland)\b/i,
    palettes: ["night"],
    paint: paintAurora,
  },
  {
    words:
      /\b(cit(y|ies)|skyline|street\w*|tower\w*|building\w*|neon|cyber\w*|town|tokyo|york|paris|downtown|bridge|robot\w*)\b/i,
    palettes: ["night", "neon", "rose", "dawn", "violet"],
    paint: paintCity,
  },
  {
    words: /\b(lakes?|rivers?|reflect\w*|fjords?|pond|cabin|canoe)\b/i,
    palettes: ["dawn", "teal", "mist", "arctic", "gold"],
    paint: (easel) => paintMountains(easel, true),
  },
  {
    words:
      /\b(sea|seas|ocean\w*|waves?|beach\w*|boats?|ships?|sail\w*|islands?|coast\w*|lighthouse\w*|surf\w*|whales?|harbou?r|fish\w*)\b/i,
    palettes: ["teal", "rose", "dawn", "gold", "ember"],
    paint: paintSea,
  },
  {
    words: /\b(deserts?|dunes?|sand\w*|camels?|cactus|canyon\w*|sahara|pyramid\w*)\b/i,
    palettes: ["gold", "rose", "ember", "dawn"],
    paint: paintDesert,
  },
  {
    words:
      /\b(flowers?|gardens?|meadows?|fields?|spring|tulips?|popp(y|ies)|roses?|lavender|sunflowers?|bees?|butterfl\w*|blossoms?|farm)\b/i,
    palettes: ["meadow", "gold", "dawn"],
    paint: paintMeadow,
  },
  {
    words: /\b(forests?|trees?|woods?|woodland|pines?|jungle|fox(es)?|deer|bears?|owls?|wol(f|ves))\b/i,
    palettes: ["teal", "mist", "gold", "dawn"],
    paint: paintForest,
  },
  {
    words:
      /\b(abstract\w*|patterns?|gradients?|silk|ink|marble|liquid|texture|minimal\w*|geometr\w*|paper|logo|icon)\b/i,
    palettes: ["rose", "teal", "violet", "ember", "gold", "arctic"],
    paint: paintPaper,
  },
  {
    words: /\b(mountains?|peaks?|alps?|valleys?|hills?|snow\w*|volcano\w*|castles?|dragons?)\b/i,
    palettes: ["dawn", "rose", "teal", "arctic", "gold", "violet"],
    paint: (easel) => paintMountains(easel),
  },
];

/** Without a word for a scene, a hash of the prompt chooses one. The seed varies the details. */
function chooseScene(prompt: string): Scene {
  const scene = SCENES.find(({ words }) => words.test(prompt)) ?? SCENES[hash(prompt) % SCENES.length];
  if (scene === undefined) throw new Error("There is no scene.");
  return scene;
}

export function compose({ prompt, seed, width, height, reference, isUpscale }: ImageRequest): Uint8Array {
  if (isUpscale && reference) return enlarge(reference, { width, height });
  const random = createRandom(hash(`${prompt}\n${seed}`));
  const scene = chooseScene(prompt);
  const palette = choosePalette(prompt, scene.palettes, random);
  const canvas = createCanvas(width, height);
  scene.paint({ canvas, palette, random, noise: createNoise(random), prompt });
  if (reference) tintWith(canvas, reference);
  return canvas.finish();
}
