// The few words that stand in the address of a printed certificate's QR code, behind the "#": a CWT in COSE_Sign1, as
// decimal digits (accredit/kit/vc/offline_statement.py). There is one way to write what is signed; anything spelled
// otherwise is refused. It says what was so when it was signed, and nothing about today.

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equal, hex, toBytes, utf8 } from "./bytes.js";
import { BYTES, NUMBER, Reader, TEXT, written } from "./cbor.js";
import { inflate } from "./inflate.js";
import { verifies } from "./keys.js";
import { DAY, SECOND, SKEW, toText } from "./timestamps.js";

const MAX_DIGITS = 870;
const MAX_BYTES = 1_024;
const EDDSA_BY = Uint8Array.of(0xa2, 0x01, 0x27, 0x04);
const PRIVATE = Uint8Array.of(0x3a, 0x00, 0x01, 0x00, 0x00);

// Whether a text is an address of a service with a statement in it.
export function isStatement(written, service) {
  const [, host] = /^https?:\/\/([^/?#]+)\/v\/[^/?#]+#[0-9]+$/i.exec(written.trim()) ?? [];
  return host !== undefined && host.toLowerCase() === new URL(service).host;
}

// Gives the report of a statement, in the form of that of a certificate; `sources` are those of the page.
export async function examineStatement(address, examination, sources) {
  const [before, digits = ""] = address.trim().split("#");
  let claimed;
  try {
    claimed = await readStatement(digits);
  } catch {
    examination.failed("readable", "malformed", { kind: "statement" });
    return null;
  }
  examination.passed("readable", { kind: "statement" });
  examination.own = sources.isOwn(claimed.issuer);
  // The code in it is the code in the address, or the two were put together by somebody.
  const code = before.replace(/\/+$/, "").split("/").pop().toUpperCase().replace(/[^0-9A-Z]/g, "");
  if (code !== claimed.code) {
    examination.failed("signature", "claims_differ");
    return null;
  }
  const key = sources.keys(claimed.issuer, "offline")?.find(({ publicKey }) => equal(sha256(publicKey.raw).subarray(0, 8), claimed.keyId));
  if (!key) {
    // The page knows the keys of one service up to a day.
    examination.untold("signature", "issuer_key_unreachable");
    examination.untold("key", "issuer_key_unreachable");
    return null;
  }
  if (!verifies(key.publicKey, claimed.signature, claimed.message)) {
    examination.failed("signature", "signature_invalid");
    return null;
  }
  examination.passed("signature", { algorithm: "EdDSA" });
  const stated = BigInt(claimed.stated) * SECOND;
  const isOutside = stated < key.validFrom || (key.retired !== null && stated > key.retired);
  // No log says when a statement was made, and a thief writes any date.
  if (key.revoked !== null || isOutside) {
    examination.failed("key", key.revoked !== null ? "key_compromised" : "key_not_valid_then");
    return null;
  }
  examination.passed("key", { key: key.id });
  const recognised = sources.recognition(claimed.issuer);
  if (recognised === null) examination.failed("issuer-recognised", "issuer_not_recognised");
  else examination.passed("issuer-recognised", { channel: recognised.channel, confirmed_on: recognised.confirmedOn });
  // Never against a list, however fresh: a statement names none.
  examination.untold("status", "status_not_fresh", { known_at: toText(stated) });
  if (stated > examination.now + SKEW) examination.failed("dates", "not_yet_valid");
  else examination.passed("dates", { valid_from: dayOf(claimed) });
  return claimed;
}

export const dayOf = ({ day }) => toText(BigInt(day) * DAY).slice(0, 10);

async function readStatement(digits) {
  if (digits.length > 2 * MAX_DIGITS) throw new TypeError("too long");
  if (!/^[1-9][0-9]*$/.test(digits)) throw new TypeError("no number");
  const data = toBytes(BigInt(digits));
  if (data[0] !== 1) throw new TypeError("another version");
  const reader = new Reader(await inflate(data.subarray(1), "deflate", MAX_BYTES));
  reader.literal(Uint8Array.of(0xd2, 0x84));
  const header = reader.octets(BYTES, EDDSA_BY.length + 9);
  reader.literal(Uint8Array.of(0xa0));
  const claims = reader.octets(BYTES);
  const signature = reader.octets(BYTES, 64);
  reader.end();
  const named = new Reader(header);
  named.literal(EDDSA_BY);
  const keyId = named.octets(BYTES, 8);
  named.end();
  // RFC 9052 §4.4: Sig_structure, without external data.
  const message = concat(Uint8Array.of(0x84), written(TEXT, utf8("Signature1")), written(BYTES, header), written(BYTES, new Uint8Array(0)), written(BYTES, claims));
  return { ...readClaims(new Reader(claims)), keyId, signature, message };
}

function readClaims(reader) {
  reader.literal(Uint8Array.of(0xa4, 0x01));
  const issuer = reader.text(255);
  reader.literal(Uint8Array.of(0x06));
  const stated = reader.head(NUMBER);
  reader.literal(Uint8Array.of(0x07));
  const id = hex(reader.octets(BYTES, 16)).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  reader.literal(concat(PRIVATE, Uint8Array.of(0x88)));
  const [code, name, organisation, award] = [20, 120, 200, 160].map((most) => reader.text(most));
  const [day, modules, minutes, adults] = [0, 0, 0, 0].map(() => reader.head(NUMBER));
  reader.end();
  return { issuer, stated, id, code, name, organisation, award, day, modules, minutes, adults };
}
