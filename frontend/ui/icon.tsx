/** An icon from the kept set, inlined when the studio is built (`import heart from "…/heart.svg?raw"`). */
export function Icon({ svg }: { svg: string }) {
  return <span class="icon" aria-hidden="true" dangerouslySetInnerHTML={{ __html: svg }} />;
}
