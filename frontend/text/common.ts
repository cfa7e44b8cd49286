/** Part of the text catalogue: what the first screen needs. The rest comes with the parts that show it. */
import { MODELS } from "../../worker/catalog.ts";
import { number } from "./format.ts";

export const text = {
  name: "Image Studio",
  create: "Create",
  gallery: "Gallery",
  skip: "Skip to content",

  headline: "What do you want to see?",
  prompt: "Prompt",
  /** Short enough for one line on a phone. */
  placeholders: [
    "A fox of folded paper",
    "A lighthouse in a storm",
    "Tea for two on the moon",
    "A city grown from coral",
    "Rain on a neon street",
  ],
  generate: "Generate",
  models: "Model",
  /** What a model is called; one that is not on offer any more, by its slug. */
  model: (id: string) => MODELS.find((model) => model.id === id)?.label ?? id,
  modelWhat: (id: string) => MODELS.find((model) => model.id === id)?.description ?? "",
  ratio: "Shape",
  options: "Options",
  /** `shape`: the one set, where one is; it stands on the button too. */
  optionsSet: (shape = "") => `Options, some are set ${shape}`,
  takeExample: "Tab takes the example, ↑ brings back earlier prompts.",
  recall: "↑ brings back earlier prompts.",
  tab: "Tab",
  tryOne: "Not sure? Start from one of these.",
  examples: [
    "A lighthouse on a basalt cliff at blue hour, long exposure, soft fog",
    "Paper-cut forest with a fox, layered, warm light from within",
    "Portrait of an old sailor, Rembrandt light, film grain",
    "Tiny greenhouse on the moon, isometric, pastel colours",
  ],

  reload: "Reload",
  chunkLost: "This part of the studio couldn't be loaded.",

  started: (prompt: string) => `Making: ${prompt}`,

  generating: (count: number, limit: number) => `Generating ${number(count)} of ${number(limit)}`,
  generatingShort: (count: number, limit: number) => `${number(count)}/${number(limit)}`,
  waiting: (count: number) => `${number(count)} up next`,
  offline: "You're offline. What you send goes out by itself when you're back.",
  unreachable: "The studio can't be reached. Check your connection and try again.",
  readyTitle: (count: number) => `(${number(count)}) Ready · `,

  account: "Account and settings",
};
