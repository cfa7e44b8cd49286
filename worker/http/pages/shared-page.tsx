/** The page of a share link: no script, a card for social networks, and the images. */
import type { GenerationRecord, StoredOutput } from "../../api/generation.ts";
import { SHARED_SIDES, type SharedSide } from "../../images/variants.ts";
import { mediaTypeOf } from "../../shared/media-types.ts";
import { PlainPage } from "./plain-page.tsx";
import { TALLEST } from "./plain-style.ts";
import { language, text } from "./text.ts";

/** In graphemes. Cards and tabs cut longer titles themselves, in the middle of a word. */
const MAX_TITLE_LENGTH = 90;

/** A prompt as a title: one line, not too long. */
function titleOf(prompt: string): string {
  const characters = new Intl.Segmenter(language.tag).segment(prompt.replace(/\s+/g, " "));
  const line = Array.from(characters, ({ segment }) => segment);
  return line.length <= MAX_TITLE_LENGTH
    ? line.join("")
    : `${line
        .slice(0, MAX_TITLE_LENGTH - 1)
        .join("")
        .trimEnd()}…`;
}

type View = { side: SharedSide; width: number; height: number };

/** From the smallest to the first that is as large as the image itself. */
function viewsOf({ width, height }: StoredOutput): View[] {
  const longest = Math.max(width, height);
  const last = SHARED_SIDES.findIndex((side) => side >= longest);
  return SHARED_SIDES.slice(0, last < 0 ? undefined : last + 1).map((side) => {
    const scaled = (length: number) => Math.max(1, Math.round(Math.min(1, side / longest) * length));
    return { side, width: scaled(width), height: scaled(height) };
  });
}

type CardImage = { query: string; type: string; width: number; height: number };

/** A variant: messengers show no card for an image of some hundred kilobytes (WhatsApp: 600) or a rare type. */
export function cardImageOf(output: StoredOutput, hasVariants: boolean): CardImage {
  const view = hasVariants ? viewsOf(output).at(-1) : undefined;
  if (!view) {
    return { query: "", type: mediaTypeOf(output.ext), width: output.width, height: output.height };
  }
  return { query: `?size=${view.side}`, type: "image/webp", width: view.width, height: view.height };
}

type Props = {
  shared: { record: GenerationRecord; showPrompt: boolean };
  card: CardImage;
  url: string;
  nonce: string;
  contact: string | null;
  isSignUpOpen: boolean;
};

export function SharedPage({ shared, card, url, nonce, contact, isSignUpOpen }: Props) {
  const { prompt, outputs } = shared.record;
  const isSingle = outputs.length === 1;
  const title = shared.showPrompt ? titleOf(prompt) : text.sharedTitle(outputs.length);
  const alt = shared.showPrompt ? prompt : text.sharedTitle(1);
  const description = shared.showPrompt ? text.madeWith(prompt) : text.invitation;
  // A path: the page may be open under another host name of this studio than PUBLIC_URL.
  const path = `${new URL(url).pathname}/image`;
  const images = outputs.map((output, index) => ({
    output,
    path,
    n: index === 0 ? null : output.n,
    alt: isSingle ? alt : text.oneOf(alt, index + 1, outputs.length),
    isFirst: index === 0,
  }));
  const style = pageStyle(outputs, {
    hasThreeActions: isSingle && shared.showPrompt && isSignUpOpen,
    canBeReported: contact !== null,
  });
  const [first] = outputs;
  const head = (
    <>
      {first && <Preload {...sourcesOf(first, path, null, isSingle ? 1 : 2)} />}
      <Card {...{ title, alt, description, url, card }} />
    </>
  );
  return (
    <PlainPage title={title} nonce={nonce} head={head} style={style}>
      <main>
        <figure>
          {isSingle ? (
            images.map((image) => <Image {...image} columns={1} />)
          ) : (
            <ul class="images">
              {images.map((image, index) => (
                <li>
                  <Image {...image} columns={2} />
                  <a class="download" href={pathOf(path, { n: image.n, download: "" })} download>
                    {text.downloadOf(index + 1, outputs.length)}
                  </a>
                </li>
              ))}
            </ul>
          )}
          <figcaption>
            {/* For screen readers; the prompt is too long for a heading. */}
            {shared.showPrompt ? <p dir="auto">{prompt}</p> : null}
            <h1 class={shared.showPrompt ? "unseen" : undefined}>{text.sharedTitle(outputs.length)}</h1>
          </figcaption>
        </figure>
        <div class="actions">
          {shared.showPrompt && (
            <a class="action" href={studioWith(prompt)}>
              {text.tryPrompt}
            </a>
          )}
          {isSignUpOpen && (
            <a class={shared.showPrompt ? "action plain" : "action"} href="/">
              {text.makeOwn}
            </a>
          )}
          {isSingle && (
            <a class="action plain" href={pathOf(path, { download: "" })} download>
              {text.download}
            </a>
          )}
        </div>
        {contact && (
          <a class="report" href={reportLink(contact, url)}>
            {text.report}
          </a>
        )}
      </main>
    </PlainPage>
  );
}

/** The studio with this prompt in its form. In the fragment, which has no length limit and reaches no server log. */
const studioWith = (prompt: string) => `/#${new URLSearchParams({ prompt }).toString()}`;

type Query = { n?: number | null; size?: SharedSide; download?: "" };

/** `download` has no value. */
function pathOf(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null);
  const written = given.map(([name, value]) => (value === "" ? name : `${name}=${value}`));
  return written.length > 0 ? `${path}?${written.join("&")}` : path;
}

type ImageProps = {
  output: StoredOutput;
  /** Of the first image. */
  path: string;
  /** The number in its address; null for the first one. */
  n: number | null;
  alt: string;
  isFirst: boolean;
  columns: 1 | 2;
};

/** Links to the original, which may be some megabytes: the page shows a variant. */
function Image({ output, path, n, alt, isFirst, columns }: ImageProps) {
  return (
    <a href={pathOf(path, { n })}>
      <img
        {...sourcesOf(output, path, n, columns)}
        width={output.width}
        height={output.height}
        alt={alt}
        fetchpriority={isFirst ? "high" : undefined}
        loading={isFirst ? undefined : "lazy"}
      />
    </a>
  );
}

type Sources = { src: string | undefined; srcset?: string; sizes?: string };

function sourcesOf(output: StoredOutput, path: string, n: number | null, columns: 1 | 2): Sources {
  const views = viewsOf(output).map((view) => ({ ...view, src: pathOf(path, { n, size: view.side }) }));
  const src = views.at(-1)?.src;
  if (views.length < 2) return { src };
  const srcset = views.map((view) => `${view.src} ${view.width}w`).join(", ");
  return { src, srcset, sizes: sizesOf(output, columns) };
}

/** First in the document, so that the icon in the header does not take the connection that is open. */
function Preload({ src, srcset, sizes }: Sources) {
  return (
    <link rel="preload" as="image" href={src} imagesrcset={srcset} imagesizes={sizes} fetchpriority="high" />
  );
}

type CardProps = { title: string; alt: string; description: string; url: string; card: CardImage };

function Card({ title, alt, description, url, card }: CardProps) {
  const image = `${url}/image${card.query}`;
  const tags: [attribute: "property" | "name", name: string, content: string][] = [
    ["name", "description", description],
    ["property", "og:type", "website"],
    ["property", "og:site_name", text.name],
    ["property", "og:title", title],
    ["property", "og:description", description],
    ["property", "og:url", url],
    ["property", "og:image", image],
    ["property", "og:image:type", card.type],
    ["property", "og:image:width", String(card.width)],
    ["property", "og:image:height", String(card.height)],
    ["property", "og:image:alt", alt],
    ["name", "twitter:card", "summary_large_image"],
    ["name", "twitter:title", title],
    ["name", "twitter:description", description],
    ["name", "twitter:image", image],
    ["name", "twitter:image:alt", alt],
  ];
  return (
    <>
      {tags.map(([attribute, name, content]) => (
        <meta {...{ [attribute]: name }} content={content} />
      ))}
    </>
  );
}

/** Beside the column of a phone: two columns. */
const WIDE = "(width >= 48rem)";

/**
 * Reserves the size of the images and of what follows them before they load: the page is vertically centered, so it would
 * move otherwise.
 */
function pageStyle(
  outputs: readonly StoredOutput[],
  { hasThreeActions, canBeReported }: { hasThreeActions: boolean; canBeReported: boolean },
): string {
  const rows = (actions: string) =>
    `auto minmax(${actions}, auto)${canBeReported ? " minmax(1.5rem, auto)" : ""}`;
  const frames = outputs.map(({ width, height }, index) => {
    const selector =
      outputs.length === 1 ? "figure > a" : `.images > :nth-child(${index + 1}) > :first-child`;
    return `${selector} { aspect-ratio: ${width} / ${height}; inline-size: min(100%, ${width}px, var(--tallest) * ${width} / ${height}); }`;
  });
  const most = (measure: (output: StoredOutput) => number) => Math.max(...outputs.map(measure));
  const widest = `min(${most(({ width }) => width)}px, var(--tallest) * ${most(({ width, height }) => width / height)})`;
  return `main { grid-template-rows: ${rows("2.75rem")}; }
${hasThreeActions ? `@media (width < 32rem) { main { grid-template-rows: ${rows("6.25rem")}; } }` : ""}
figure { grid-template-rows: auto minmax(1.5rem, auto); }
.images { inline-size: 100%; padding: 0; display: grid; gap: 1.5rem; list-style: none; }
.images > * { display: grid; justify-items: center; align-content: start; min-inline-size: 0; }
@media ${WIDE} { .images { max-inline-size: calc(min(80rem, 2 * ${widest}) + 1.5rem); grid-template-columns: 1fr 1fr; } }
${frames.join("\n")}
.actions { display: flex; flex-wrap: wrap; justify-content: center; align-content: start; gap: 0.75rem; }`;
}

/** The width that `pageStyle` gives the image, for `sizes`. */
function sizesOf({ width, height }: StoredOutput, columns: 1 | 2): string {
  const within = (column: string) => `min(${column}, ${width}px, calc(${TALLEST} * ${width / height}))`;
  const single = within("100vw - 2rem");
  return columns === 1 ? single : `${WIDE} ${within("50vw - 1.75rem")}, ${single}`;
}

/** A page's address stays unchanged; an email gets a subject that names the link. */
function reportLink(contact: string, url: string): string {
  if (!contact.startsWith("mailto:")) return contact;
  return `${contact.split("?", 1)[0]}?subject=${encodeURIComponent(text.reportOf(url))}`;
}
