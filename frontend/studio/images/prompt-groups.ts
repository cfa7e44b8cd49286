/** Groups of images with the same prompt, derived from what a list has loaded. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Generation } from "../../../worker/api/schemas/generation.ts";

export type PromptGroups = {
  /** In the list's order, with one image for each group that is not expanded. */
  tiles: readonly Generation[];
  /** By the id of their first image; only groups of two or more. */
  groups: ReadonlyMap<string, PromptGroup>;
};

export type PromptGroup = { members: readonly Generation[]; isExpanded: boolean };

/** Finished images that follow each other and have the same prompt are a group. `expandedIds`: of their images. */
export function groupByPrompt(shown: readonly Generation[], expandedIds: ReadonlySet<string>): PromptGroups {
  const tiles: Generation[] = [];
  const groups = new Map<string, PromptGroup>();
  for (let start = 0; start < shown.length; ) {
    const first = shown[start];
    if (!first) break;
    const belongs = ({ prompt, status }: Generation) => prompt === first.prompt && status === "succeeded";
    let end = start + 1;
    for (let next = shown[end]; belongs(first) && next && belongs(next); next = shown[end]) end += 1;
    const members = shown.slice(start, end);
    const isExpanded = members.some(({ id }) => expandedIds.has(id));
    if (members.length > 1) groups.set(first.id, { members, isExpanded });
    tiles.push(...(isExpanded ? members : [first]));
    start = end;
  }
  return { tiles, groups };
}

/** What the grid shows of a list: its images, or those and groups. */
export function createTiles(
  shown: ReadonlySignal<readonly Generation[]>,
  isGrouped: ReadonlySignal<boolean>,
) {
  /** Of groups whose images are all shown: the ids of these. */
  const expandedIds = signal<ReadonlySet<string>>(new Set());
  const grouped = computed(() => (isGrouped.value ? groupByPrompt(shown.value, expandedIds.value) : null));
  return {
    /** Without what a group hides. */
    tiles: computed(() => grouped.value?.tiles ?? shown.value),
    /** The group of which this image is the first. */
    groupOf: (id: string) => grouped.value?.groups.get(id),
    /** The ids of the images that this tile stands for. */
    idsOfTile(id: string): readonly string[] {
      const group = grouped.peek()?.groups.get(id);
      return group && !group.isExpanded ? group.members.map((member) => member.id) : [id];
    },
    /** The tile that shows this image, or the group that hides it. */
    tileIdOf(id: string): string {
      for (const [firstId, { members, isExpanded }] of grouped.peek()?.groups ?? []) {
        if (!isExpanded && members.some((member) => member.id === id)) return firstId;
      }
      return id;
    },
    /** Shows all images of a group, or only its first one again. */
    toggleGroup({ members, isExpanded }: PromptGroup) {
      const next = new Set(expandedIds.peek());
      for (const { id } of members) {
        if (isExpanded) next.delete(id);
        else next.add(id);
      }
      expandedIds.value = next;
    },
  };
}
