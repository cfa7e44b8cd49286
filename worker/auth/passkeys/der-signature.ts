/** ECDSA signatures: authenticators write ASN.1 DER (WebAuthn, 6.5.5), WebCrypto reads r and s of 32 bytes each. */

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const COORDINATE_BYTES = 32;

/** `SEQUENCE { INTEGER r, INTEGER s }` as r || s; null: not in the one form that DER allows. */
export function rawSignatureOf(der: Uint8Array): Uint8Array<ArrayBuffer> | null {
  // At most 2 + 2 * (2 + 33) bytes, so that each length fits one byte.
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || der.length > 72) return null;
  const raw = new Uint8Array(2 * COORDINATE_BYTES);
  let at = 2;
  for (const end of [COORDINATE_BYTES, 2 * COORDINATE_BYTES]) {
    const length = der[at + 1] ?? 0;
    const integer = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== INTEGER || integer.length !== length || !isMinimal(integer)) return null;
    const digits = integer[0] === 0 ? integer.subarray(1) : integer;
    if (digits.length > COORDINATE_BYTES) return null;
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? raw : null;
}

/** X.690, 8.3.2: not empty, not negative, and no leading zero but the one that keeps it positive. */
function isMinimal([first, second = 0]: Uint8Array): boolean {
  return first !== undefined && first < 0x80 && (first !== 0 || second >= 0x80);
}
