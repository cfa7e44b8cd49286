import { useSignal } from "@preact/signals";
import { DEFAULT_TILE_SIZE, TILE_SIZES, type TileSize } from "../../worker/shared/tile-image.ts";
import { storePart } from "../browser/storage.ts";
import { usePart } from "../ui/parts.ts";

/** How large the images of the gallery are; remembered in this browser. */
export function useTileSize(): [size: TileSize, setSize: (size: TileSize) => void] {
  const store = usePart(storePart);
  const stored = store.get("tile-size");
  const size = useSignal(TILE_SIZES.find((one) => one === stored) ?? DEFAULT_TILE_SIZE);
  return [
    size.value,
    (next) => {
      size.value = next;
      store.set("tile-size", next === DEFAULT_TILE_SIZE ? null : next);
    },
  ];
}
