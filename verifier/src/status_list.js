// Bitstring Status List 1.0, as accredit/kit/vc/status_list.py reads it. Index 0 is the left-most bit.

import { fromBase64Url } from "./bytes.js";
import { inflate } from "./inflate.js";
import { isObject } from "./strict_json.js";

export const ENTRY = "BitstringStatusListEntry";
const MIN_BYTES = 131_072 / 8;
const MAX_BYTES = 8 * 1024 * 1024;

// Which list, and where in it; null for what cannot be read here.
export function readEntry(value) {
  if (!isObject(value) || ![value.type].flat().includes(ENTRY)) return null;
  const { statusListCredential: url, statusPurpose: purpose, statusListIndex: index, statusSize: size = 1 } = value;
  if (typeof url !== "string" || !url.startsWith("https://") || typeof purpose !== "string" || size !== 1) return null;
  const isIndex = typeof index === "string" ? /^(?:0|[1-9][0-9]{0,14})$/.test(index) : Number.isSafeInteger(index) && index >= 0;
  return isIndex ? { url, purpose, index: Number(index) } : null;
}

// Whether the bit of an entry is set in a list whose signature was verified; throws where it is no list for it.
export async function isSet(list, entry) {
  const subject = list.credentialSubject;
  const types = [list.type].flat();
  const purposes = isObject(subject) ? [subject.statusPurpose].flat() : [];
  const isList = types.includes("BitstringStatusListCredential") && isObject(subject) && [subject.type].flat().includes("BitstringStatusList");
  if (!isList || list.id !== entry.url || !purposes.includes(entry.purpose)) throw new Error("no list for this entry");
  const encoded = subject.encodedList;
  if (typeof encoded !== "string" || !encoded.startsWith("u")) throw new Error("no list of bits");
  const bits = await inflate(fromBase64Url(encoded.slice(1)), "gzip", MAX_BYTES);
  if (bits.length < MIN_BYTES || entry.index >= bits.length * 8) throw new Error("the place lies outside the list");
  return ((bits[entry.index >> 3] >> (7 - (entry.index & 7))) & 1) === 1;
}
