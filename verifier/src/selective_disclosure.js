// Cryptosuite ecdsa-sd-2023 (ECDSA Cryptosuites 1.0 §3.4 to §3.6), as accredit/kit/vc/ecdsa_sd_2023.py: a badge of which
// its holder shows a part. Only read and worked out here; `proofs` checks the signatures.

import { sha256 } from "@noble/hashes/sha2.js";
import { base64Url, concat, equal, fromBase64Url, utf8 } from "./bytes.js";
import { ARRAY, BYTES, MAP, NUMBER, Reader } from "./cbor.js";
import { fromRaw } from "./keys.js";
import { toQuads } from "./mapper.js";
import { issueNames, statements } from "./rdfc10.js";
import { Refused } from "./refused.js";

const MAX_STATEMENTS = 1_000;
const MAX_LENGTH = 150_000;
const BASE = Uint8Array.of(0xd9, 0x5d, 0x00);
const DERIVED = Uint8Array.of(0xd9, 0x5d, 0x01);
const P256 = Uint8Array.of(0x80, 0x24);

const refuse = (code) => {
  throw new Refused("proof", code);
};

// What a derived proof holds (§3.5.7), of which there is one way to write it.
export function disclosure(value) {
  let data = new Uint8Array(0);
  try {
    if (typeof value === "string" && value.startsWith("u") && value.length <= MAX_LENGTH) data = fromBase64Url(value.slice(1));
  } catch {
    // Told below.
  }
  // The proof that is the holder's alone, from which they derive one to show.
  if (equal(data.subarray(0, 3), BASE)) refuse("unsupported_proof");
  if (!equal(data.subarray(0, 3), DERIVED)) refuse("proof_value");
  try {
    return components(new Reader(data.subarray(3)));
  } catch {
    return refuse("proof_value");
  }
}

function components(reader) {
  if (reader.head(ARRAY) !== 5) throw new TypeError("a derived proof has five parts");
  const baseSignature = reader.octets(BYTES, 64);
  const key = reader.octets(BYTES, 35);
  if (!equal(key.subarray(0, 2), P256)) throw new TypeError("the key of the proof is a P-256 key");
  const signatures = several(reader.count(ARRAY, MAX_STATEMENTS), () => reader.octets(BYTES, 64));
  const labels = several(reader.count(MAP, MAX_STATEMENTS), (at) => {
    // So that no name comes twice; and RFC 8949 §4.2.1 puts the keys of a map in order.
    if (reader.head(NUMBER) !== at) throw new TypeError("names are counted from 0");
    return `_:u${base64Url(reader.octets(BYTES, 32))}`;
  });
  // Two unnamed objects under one label would be one object to whoever signed.
  if (new Set(labels).size < labels.length) throw new TypeError("each name has a label of its own");
  const mandatory = several(reader.count(ARRAY, MAX_STATEMENTS), () => reader.count(NUMBER, MAX_STATEMENTS - 1));
  if (mandatory.some((position, at) => at > 0 && position <= mandatory[at - 1])) throw new TypeError("positions are in order");
  reader.end();
  return { baseSignature, key, proofKey: fromRaw("P-256", key.subarray(2)), signatures, labels, mandatory };
}

const several = (count, one) => Array.from({ length: count }, (_, at) => one(at));

// What the signatures must be over (§3.5.8): the issuer's over `base`, and one each over the `others`.
export function verifyData(unsecured, configuration, shown, tables) {
  const quads = toQuads(unsecured, tables);
  // Asked before names are worked out, which is the costly part.
  if (quads.length > MAX_STATEMENTS) refuse("signature_invalid");
  const names = issueNames(quads);
  if (names.size !== shown.labels.length) refuse("signature_invalid");
  const labelled = new Map([...names].map(([node, name]) => [node, shown.labels[Number(name.slice("_:c14n".length))]]));
  const lines = statements(quads, labelled);
  const positions = new Set(shown.mandatory);
  if (lines.length !== positions.size + shown.signatures.length || (shown.mandatory.at(-1) ?? 0) >= lines.length) refuse("signature_invalid");
  const mandatory = lines.filter((_, at) => positions.has(at)).join("");
  const base = concat(sha256(configuration), shown.key, sha256(utf8(mandatory)));
  return { base, others: lines.filter((_, at) => !positions.has(at)) };
}
