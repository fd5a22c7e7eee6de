// A credential in a PNG: one uncompressed iTXt chunk (accredit/kit/openbadges/png.py), and beside it the evidence in a
// chunk under its own name. The file is walked chunk by chunk and its pixels are never decoded.

import { text as decode } from "./bytes.js";
import { Refused } from "./refused.js";

export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const KEYWORD = "openbadgecredential";
const MAX_CHUNKS = 20_000;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

const refuse = (code) => {
  throw new Refused("container", code);
};

// Gives {credential, evidence}: the bytes of each; null for evidence that is not there, or not once.
export function fromPng(png, evidenceName) {
  if (png.length > 10_000_000) refuse("png_size");
  const texts = [...chunks(png)].filter(({ kind }) => ["iTXt", "tEXt", "zTXt"].includes(kind));
  const found = texts.filter(({ data }) => isNamed(data, KEYWORD));
  if (!found.length) refuse("no_credential");
  if (found.length > 1) refuse("multiple_credentials");
  if (found[0].kind !== "iTXt") refuse("png_text");
  const beside = texts.filter(({ kind, data }) => kind === "iTXt" && isNamed(data, evidenceName));
  return { credential: textOf(found[0].data, KEYWORD), evidence: beside.length === 1 ? evidenceIn(beside[0].data, evidenceName) : null };
}

const isNamed = (data, name) => [...`${name}\0`].every((letter, at) => data[at] === letter.charCodeAt(0));

// Whoever damaged it has taken a help away; the certificate is judged by what is left.
function evidenceIn(data, name) {
  try {
    return textOf(data, name);
  } catch {
    return null;
  }
}

// keyword, NUL, flag, method, language, NUL, translated keyword, NUL, text
function textOf(data, name) {
  const flag = name.length + 1;
  if (data[flag] !== 0 || data[flag + 1] !== 0) refuse("credential_compressed");
  const language = data.indexOf(0, flag + 2);
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
