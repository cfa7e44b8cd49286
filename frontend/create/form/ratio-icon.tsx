/** An aspect ratio to scale: all icons have the same area. Without a ratio a dashed square. */
export function RatioIcon({ ratio }: { ratio: string | null }) {
  const [across = 1, down = 1] = (ratio ?? "1:1").split(":").map(Number);
  return (
    <span class="grid size-6 place-items-center" aria-hidden="true">
      <span
        class={ratio ? "rounded-xs border-2" : "rounded-xs border-2 border-dashed"}
        style={{ width: `${15 * Math.sqrt(across / down)}px`, aspectRatio: `${across}/${down}` }}
      />
    </span>
  );
}
