/** What is in a zip file of stored entries, from its directory; throws where a sum is wrong. */
export function entriesOf(zip: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const long = (at: number) => view.getUint32(at, true);
  const short = (at: number) => view.getUint16(at, true);
  const end = zip.byteLength - END_LENGTH;
  if (long(end) !== END_MARK) throw new Error("The file does not end as a zip file does.");
  const entries: { name: string; bytes: Uint8Array }[] = [];
  let at = long(end + 16);
  for (let count = short(end + 10); count > 0; count -= 1) {
    const [nameLength, extra, comment] = [short(at + 28), short(at + 30), short(at + 32)];
    const start = long(at + 42);
    const name = new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameLength));
    const from = start + 30 + short(start + 26) + short(start + 28);
    const bytes = zip.subarray(from, from + long(at + 20));
    if (sumOf(bytes) !== long(at + 16)) throw new Error(`${name} is damaged.`);
    entries.push({ name, bytes });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

/** Of the record at the end, where there is no comment. */
const END_LENGTH = 22;
const END_MARK = 0x06054b50;

/** CRC-32. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
