/**
 * Writes a prompt and its settings into an image file while it streams by, without decoding the image: an XMP packet in
 * PNG (`iTXt`), JPEG (`APP1`) and WebP, and for PNG also the text chunks that other image tools read.
 *
 * PNG: https://www.w3.org/TR/png-3/#11iTXt · XMP in files: https://developer.adobe.com/xmp/docs/XMPSpecifications/
 * (part 3) · WebP: https://developers.google.com/speed/webp/docs/riff_container
 */
import { concat } from "../lib/stream.ts";
import { fourCharacters, uint16, uint32 } from "./byte-walk.ts";
import { crc32 } from "../lib/crc32.ts";

export type ImageMetadata = {
  prompt: string;
  /** The other settings by their label, in the order in which they are written. */
  settings: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  createdAt: number;
};

export type ImageFile = {
  body: ReadableStream<Uint8Array>;
  /** Bytes. */
  size: number;
  ext: string;
  /** Pixels. */
  width: number;
  height: number;
};

const SOFTWARE = "Image Studio";
/** The longest beginning that is looked at: a JPEG's JFIF segment without a thumbnail ends after 20 bytes. */
const HEAD_BYTES = 64;
const XMP_OF_JPEG = "http://ns.adobe.com/xap/1.0/\0";
const VP8X_HAS_XMP = 0x04;
const VP8X_HAS_ALPHA = 0x10;

/** The first `replaced` bytes become `head`, and `tail` follows the last one. */
type Edit = { head: Uint8Array; replaced: number; tail: Uint8Array };

/**
 * The file with the metadata in it, and its new size. Unchanged for formats that cannot carry any (GIF, AVIF),
 * and where its beginning is not understood or has no room.
 */
export async function embedMetadata(
  file: ImageFile,
  metadata: ImageMetadata,
): Promise<Pick<ImageFile, "body" | "size">> {
  const reader = file.body.getReader();
  const head = await readHead(reader);
  const edit = editOf(head, file, metadata);
  const {
    head: start,
    replaced,
    tail,
  } = edit ?? { head: new Uint8Array(), replaced: 0, tail: new Uint8Array() };
  const rest = head.subarray(replaced);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const bytes of [start, rest]) if (bytes.byteLength > 0) controller.enqueue(bytes);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      if (tail.byteLength > 0) controller.enqueue(tail);
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { body, size: file.size - replaced + start.byteLength + tail.byteLength };
}

/** The first `HEAD_BYTES`, or the whole of a shorter file; possibly more, as the chunks fall. */
async function readHead(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
  }
  return concat(chunks);
}

function editOf(head: Uint8Array, file: ImageFile, metadata: ImageMetadata): Edit | null {
  switch (file.ext) {
    case "png":
      return pngEdit(head, metadata);
    case "jpg":
      return jpegEdit(head, metadata);
    case "webp":
      return webpEdit(head, file, metadata);
    default:
      return null;
  }
}

/** Signature and IHDR come first, and are 33 bytes long. */
const PNG_TEXT_FROM = 33;

function pngEdit(head: Uint8Array, metadata: ImageMetadata): Edit | null {
  if (fourCharacters(head, 0) !== "\x89PNG" || fourCharacters(head, 12) !== "IHDR") return null;
  const texts = {
    Description: metadata.prompt,
    Software: SOFTWARE,
    parameters: parametersText(metadata),
    "XML:com.adobe.xmp": xmpPacket(metadata),
  };
  const chunks = Object.entries(texts).map(([keyword, text]) =>
    // After the keyword: not compressed, no language, no translated keyword.
    pngChunk("iTXt", utf8(`${keyword}\0\0\0\0\0${text}`)),
  );
  const start = head.subarray(0, PNG_TEXT_FROM);
  return { head: concat([start, ...chunks]), replaced: PNG_TEXT_FROM, tail: new Uint8Array() };
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const typed = concat([utf8(type), data]);
  return concat([bigEndian(data.byteLength, 4), typed, bigEndian(crc32(typed), 4)]);
}

function jpegEdit(head: Uint8Array, metadata: ImageMetadata): Edit | null {
  if (uint16(head, 0) !== 0xff_d8) return null;
  // JFIF has to be the first segment where there is one.
  const from = uint16(head, 2) === 0xff_e0 ? 4 + uint16(head, 4) : 2;
  if (from > head.byteLength) return null;
  const data = utf8(XMP_OF_JPEG + xmpPacket(metadata));
  if (data.byteLength + 2 > 0xff_ff) return null;
  const segment = concat([bigEndian(0xff_e1, 2), bigEndian(data.byteLength + 2, 2), data]);
  return { head: concat([head.subarray(0, from), segment]), replaced: from, tail: new Uint8Array() };
}

function webpEdit(head: Uint8Array, file: ImageFile, metadata: ImageMetadata): Edit | null {
  if (fourCharacters(head, 0) !== "RIFF" || fourCharacters(head, 8) !== "WEBP") return null;
  const riffBytes = uint32Little(head, 4);
  // Bytes after the end that the header names: an XMP chunk would not be found behind them.
  if (riffBytes + 8 !== file.size) return null;
  const extended = extendedHeader(head, file);
  if (!extended) return null;
  const tail = riffChunk("XMP ", utf8(xmpPacket(metadata)));
  const added = extended.head.byteLength - extended.replaced + tail.byteLength;
  const start = concat([utf8("RIFF"), littleEndian(riffBytes + added, 4), utf8("WEBP")]);
  return { head: concat([start, extended.head]), replaced: start.byteLength + extended.replaced, tail };
}

/** The VP8X chunk that announces XMP, in place of the file's own or before its only image chunk. */
function extendedHeader(head: Uint8Array, file: ImageFile): { head: Uint8Array; replaced: number } | null {
  const type = fourCharacters(head, 12);
  if (type === "VP8X") {
    const chunk = head.slice(12, 30);
    const flags = chunk[8] ?? 0;
    // It has XMP of its own: a second packet would not be read.
    if ((flags & VP8X_HAS_XMP) !== 0) return null;
    chunk[8] = flags | VP8X_HAS_XMP;
    return { head: chunk, replaced: chunk.byteLength };
  }
  if (type !== "VP8 " && type !== "VP8L") return null;
  const hasAlpha = type === "VP8L" && ((head[24] ?? 0) & 0x10) !== 0;
  const flags = VP8X_HAS_XMP | (hasAlpha ? VP8X_HAS_ALPHA : 0);
  const size = concat([littleEndian(file.width - 1, 3), littleEndian(file.height - 1, 3)]);
  return { head: riffChunk("VP8X", concat([new Uint8Array([flags, 0, 0, 0]), size])), replaced: 0 };
}

/** Chunks are padded to an even length. */
function riffChunk(type: string, data: Uint8Array): Uint8Array {
  const padding = new Uint8Array(data.byteLength % 2);
  return concat([utf8(type), littleEndian(data.byteLength, 4), data, padding]);
}

/** One line a setting, after the prompt: what tools that read the chunk `parameters` show. */
function parametersText({ prompt, settings }: ImageMetadata): string {
  const listed = Object.entries(settings).map(([label, value]) => `${label}: ${value}`);
  return [prompt, listed.join(", ")].filter((line) => line !== "").join("\n");
}

function xmpPacket(metadata: ImageMetadata): string {
  const alternative = (text: string) =>
    `<rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(text)}</rdf:li></rdf:Alt>`;
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/">',
    `<dc:description>${alternative(metadata.prompt)}</dc:description>`,
    `<exif:UserComment>${alternative(parametersText(metadata))}</exif:UserComment>`,
    `<xmp:CreatorTool>${SOFTWARE}</xmp:CreatorTool>`,
    `<xmp:CreateDate>${new Date(metadata.createdAt).toISOString()}</xmp:CreateDate>`,
    "</rdf:Description></rdf:RDF></x:xmpmeta>",
    '<?xpacket end="r"?>',
  ].join("");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Escaped, without control characters, which XML 1.0 mostly cannot contain. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, "")
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? "");
}

const encoder = new TextEncoder();
const utf8 = (text: string) => encoder.encode(text);

const littleEndian = (value: number, count: number) =>
  Uint8Array.from({ length: count }, (_, n) => Math.floor(value / 0x1_00 ** n) & 0xff);
const bigEndian = (value: number, count: number) => littleEndian(value, count).reverse();
const uint32Little = (bytes: Uint8Array, at: number) => uint32(bytes.slice(at, at + 4).reverse(), 0);
