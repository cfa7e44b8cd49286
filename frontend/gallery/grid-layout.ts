import type { Generation } from "../../worker/contract.ts";
import { ratioOf } from "../studio/generation.ts";
import type { List } from "../studio/image-list.ts";
import { bottomOf, type Frame, layRows, type Row } from "./justified-rows.ts";

/** What a tile without a picture needs for its sentence, in pixels. */
const CARD_WIDTH = 300;
/** Beyond these a tile shows a part of its picture: a thread a thousand pixels wide is no use to anyone. */
const NARROWEST = 0.4;
const WIDEST = 4;

/** The shape of a picture's tile, width over height. */
export function tileRatio(generation: Generation, rowHeight: number): number {
  if (generation.status !== "succeeded") return Math.max(1.5, CARD_WIDTH / rowHeight);
  return Math.min(WIDEST, Math.max(NARROWEST, ratioOf(generation)));
}

export type Tiles = { ratios: number[]; rows: Row[]; height: number };

/**
 * Where every picture of a list stands. What arrived after the list was read has rows of its own on top, so that
 * the rows below, which someone may be looking at, stay as they are.
 */
export function placeTiles(list: List, frame: Frame): Tiles {
  const shown = list.shown.value;
  const ratios = shown.map((generation) => tileRatio(generation, frame.rowHeight));
  const arrived = Math.min(list.arrived.value, shown.length);
  const fresh = layRows(ratios, frame, { start: 0, end: arrived, top: 0, open: false });
  const top = fresh.length > 0 ? bottomOf(fresh) + frame.gap : 0;
  const open = list.state.value !== "end" && list.state.value !== "failed";
  const rows = fresh.concat(layRows(ratios, frame, { start: arrived, end: shown.length, top, open }));
  return { ratios, rows, height: bottomOf(rows) };
}
