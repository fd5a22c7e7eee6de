// A credential in a PNG: one uncompressed iTXt chunk (accredit/kit/openbadges/png.py). The file is walked chunk by chunk
// and its pixels are never decoded.

import { text as decode } from "./bytes.js";
import { Refused } from "./refused.js";

export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const KEYWORD = "openbadgecredential\0";
const MAX_CHUNKS = 20_000;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

const refuse = (code) => {
  throw new Refused("container", code);
};

export function fromPng(png) {
  if (png.length > 10_000_000) refuse("png_size");
  const found = [...chunks(png)].filter(({ kind, data }) => ["iTXt", "tEXt", "zTXt"].includes(kind) && startsWith(data, KEYWORD));
  if (!found.length) refuse("no_credential");
  if (found.length > 1) refuse("multiple_credentials");
  if (found[0].kind !== "iTXt") refuse("png_text");
  return textOf(found[0].data);
}

const startsWith = (data, words) => [...words].every((letter, at) => data[at] === letter.charCodeAt(0));

// keyword, NUL, flag, method, language, NUL, translated keyword, NUL, text
function textOf(data) {
  if (data[KEYWORD.length] !== 0 || data[KEYWORD.length + 1] !== 0) refuse("credential_compressed");
  const language = data.indexOf(0, KEYWORD.length + 2);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (translated < 0) refuse("png_text");
  const text = data.subarray(translated + 1);
  if (text.length > 1_000_000) refuse("credential_size");
  try {
    decode(text);
  } catch {
    refuse("credential_encoding");
  }
  return text;
}

function* chunks(png) {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let at = SIGNATURE.length;
  for (let number = 0; ; number += 1) {
    if (number === MAX_CHUNKS) refuse("png_chunks");
    if (png.length - at < 8) refuse("png_cut");
    const length = view.getUint32(at);
    const end = at + 8 + length + 4;
    if (end > png.length) refuse("png_cut");
    const kind = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if ((number === 0) !== (kind === "IHDR") || (kind === "IHDR" && length !== 13) || !/^[A-Za-z]{4}$/.test(kind)) refuse("png_chunk");
    if (crc(png.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) refuse("png_crc");
    yield { kind, data: png.subarray(at + 8, end - 4) };
    at = end;
    if (kind === "IEND") break;
  }
  // Some readers look for chunks here and some do not; a second credential could hide from either.
  if (at !== png.length) refuse("png_trailing");
}

function crc(data) {
  let sum = 0xffffffff;
  for (const byte of data) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
