/** An SVG icon, inlined by the build (`import heart from "lucide-static/icons/heart.svg?raw"`). */
export function Icon({ svg }: { svg: string }) {
  return <span class="icon" aria-hidden="true" dangerouslySetInnerHTML={{ __html: svg }} />;
}
