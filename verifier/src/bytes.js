// Bytes and their spellings. Each reader takes the one canonical spelling and throws for any other: two spellings of
// one signature would be two certificates.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const utf8 = (text) => encoder.encode(text);
export const text = (bytes) => decoder.decode(bytes);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromHex(written) {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(written)) throw new TypeError("not hexadecimal");
  return Uint8Array.from(written.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function base64(bytes) {
  let raw = "";
  for (let at = 0; at < bytes.length; at += 8192) raw += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(raw);
}

export function fromBase64(written) {
  const bytes = Uint8Array.from(atob(written), (character) => character.charCodeAt(0));
  if (base64(bytes) !== written) throw new TypeError("not the canonical base64");
  return bytes;
}

export function fromBase64Url(written) {
  if (!/^[A-Za-z0-9_-]*$/.test(written)) throw new TypeError("not base64url");
  const padded = written.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (written.length % 4)) % 4);
  return fromBase64(padded);
}

export const base64Url = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export function fromBase58(written) {
  // Decoding takes time in the square of the length; keys and signatures are far shorter than this.
  if (!written.startsWith("z") || written.length > 256) throw new TypeError("not base58btc");
  const digits = written.slice(1);
  let number = 0n;
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) throw new TypeError("not base58btc");
    number = number * 58n + BigInt(value);
  }
  const zeros = digits.length - digits.replace(/^1+/, "").length;
  return concat(new Uint8Array(zeros), toBytes(number));
}

export function base58(bytes) {
  let number = toNumber(bytes);
  let written = "";
  for (; number > 0n; number /= 58n) written = DIGITS[Number(number % 58n)] + written;
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros += 1;
  return "z" + "1".repeat(zeros) + written;
}

export const toNumber = (bytes) => (bytes.length ? BigInt("0x" + hex(bytes)) : 0n);

export function toBytes(number) {
  if (number === 0n) return new Uint8Array(0);
  const written = number.toString(16);
  return fromHex(written.length % 2 ? "0" + written : written);
}

// RFC 8785 and RDFC-1.0 differ here: names of members are ordered by UTF-16 code units (JavaScript's own order),
// statements by code points.
export function byCodePoint(one, other) {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    let mine = one.charCodeAt(at);
    let theirs = other.charCodeAt(at);
    if (mine !== theirs) {
      // A surrogate stands for a character above all that one unit can hold.
      if (mine >= 0xd800 && theirs >= 0xd800) {
        const moved = (unit) => (unit >= 0xe000 ? unit - 0x800 : unit + 0x2000);
        mine = moved(mine);
        theirs = moved(theirs);
      }
      return mine - theirs;
    }
  }
  return one.length - other.length;
}
