// CBOR (RFC 8949) of a shape that is known before reading, each value in its one shortest spelling, as
// accredit/kit/vc/cbor_shape.py. Whoever reads says what must come next.

import { concat, equal, text as decode } from "./bytes.js";

export const NUMBER = 0;
export const BYTES = 2;
export const TEXT = 3;
export const ARRAY = 4;
export const MAP = 5;

export class Reader {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  take(length) {
    if (this.at + length > this.data.length) throw new TypeError("cut short");
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }

  literal(expected) {
    if (!equal(this.take(expected.length), expected)) throw new TypeError("something else stands here");
  }

  head(kind) {
    const [first] = this.take(1);
    const argument = first & 31;
    if (first >> 5 !== kind || argument > 27) throw new TypeError("something else stands here");
    if (argument < 24) return argument;
    const size = 2 ** (argument - 24);
    const value = this.take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    const shortest = [24, 2 ** 8, 2 ** 16, 2 ** 32][argument - 24];
    if (value < shortest || !Number.isSafeInteger(value)) throw new TypeError("not in its shortest form");
    return value;
  }

  octets(kind, length = null) {
    const size = this.head(kind);
    if (length !== null && size !== length) throw new TypeError("of another length");
    return this.take(size);
  }

  // How many values follow in an array, or pairs in a map.
  count(kind, most) {
    const found = this.head(kind);
    if (found > most) throw new TypeError("too many");
    return found;
  }

  text(most) {
    const found = this.octets(TEXT);
    if (found.length > most) throw new TypeError("too long");
    return decode(found);
  }

  end() {
    if (this.at !== this.data.length) throw new TypeError("something stands behind the end");
  }
}

export function written(kind, data) {
  const size = data.length;
  const head = size < 24 ? [(kind << 5) | size] : size < 256 ? [(kind << 5) | 24, size] : [(kind << 5) | 25, size >> 8, size & 255];
  return concat(Uint8Array.from(head), data);
}
