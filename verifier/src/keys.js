// Public keys as credentials and tokens carry them (Multikey, JSON Web Key), and their signatures. A weak key is
// refused when it is read, as accredit/kit/vc/multikey.py and json_web_key.py refuse it.

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384 } from "@noble/curves/nist.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { base58, concat, equal, fromBase58, fromBase64Url, toBytes, toNumber } from "./bytes.js";
import { Refused } from "./refused.js";
import { isObject } from "./strict_json.js";

const KINDS = {
  Ed25519: { prefix: [0xed, 0x01], length: 32, algorithms: ["EdDSA", "Ed25519"] },
  "P-256": { prefix: [0x80, 0x24], length: 33, algorithms: ["ES256"], curve: p256, size: 32 },
  "P-384": { prefix: [0x81, 0x24], length: 49, algorithms: ["ES384"], curve: p384, size: 48 },
};
const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const SMALL_ORDER_Y = new Set([0n, 1n, P - 1n, ORDER_8_Y, P - ORDER_8_Y]);
// The prefix of DER before a SHA-256 digest in PKCS #1 v1.5 (RFC 8017 §9.2, note 1).
const DIGEST_INFO = Uint8Array.of(0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20);

const refuse = (code) => {
  throw new Refused("key", code);
};

export function fromMultibase(written) {
  let data;
  try {
    data = fromBase58(written);
  } catch {
    refuse("key_malformed");
  }
  for (const [kind, { prefix }] of Object.entries(KINDS)) {
    if (equal(data.subarray(0, 2), Uint8Array.from(prefix))) return fromRaw(kind, data.subarray(2));
  }
  return refuse("key_unsupported");
}

export const toMultibase = (key) => base58(concat(Uint8Array.from(KINDS[key.kind].prefix), key.raw));

export function fromRaw(kind, raw) {
  if (raw.length !== KINDS[kind].length) refuse("key_malformed");
  if (kind === "Ed25519") checkEd25519(raw);
  else if (raw[0] !== 2 && raw[0] !== 3) refuse("key_malformed");
  else {
    try {
      KINDS[kind].curve.Point.fromBytes(raw);
    } catch {
      refuse("key_malformed");
    }
  }
  return { kind, raw };
}

// Refuse what is no point of the curve, a second spelling of one, or a point of small order (RFC 8032 §5.1.3).
function checkEd25519(raw) {
  const y = toNumber([...raw].reverse()) & (2n ** 255n - 1n);
  if (y >= P || SMALL_ORDER_Y.has(y)) refuse("weak_key");
  try {
    ed25519.Point.fromBytes(Uint8Array.from(raw));
  } catch {
    refuse("key_malformed");
  }
}

export function fromJwk(jwk) {
  if (!isObject(jwk)) refuse("key_malformed");
  const operations = jwk.key_ops ?? ["verify"];
  if ((jwk.use ?? "sig") !== "sig" || !Array.isArray(operations) || !operations.includes("verify")) refuse("key_unsupported");
  if (jwk.kty === "oct") refuse("key_unsupported");
  if (["d", "p", "q", "dp", "dq", "qi", "oth", "k"].some((name) => name in jwk)) refuse("private_key");
  const found = readJwk(jwk);
  if (jwk.alg !== undefined && jwk.alg !== null && !algorithmsOf(found).includes(jwk.alg)) refuse("key_malformed");
  return found;
}

function readJwk(jwk) {
  if (jwk.kty === "RSA") return rsa(toNumber(member(jwk, "n")), toNumber(member(jwk, "e")));
  if (jwk.kty === "OKP" && jwk.crv === "Ed25519") return fromRaw("Ed25519", member(jwk, "x", 32));
  if (jwk.kty === "EC" && (jwk.crv === "P-256" || jwk.crv === "P-384")) {
    const { curve, size } = KINDS[jwk.crv];
    const x = member(jwk, "x", size);
    const y = member(jwk, "y", size);
    const found = fromRaw(jwk.crv, concat(Uint8Array.of(2 + (y[size - 1] & 1)), x));
    const whole = curve.Point.fromBytes(found.raw).toBytes(false).subarray(1 + size);
    return equal(whole, y) ? found : refuse("key_malformed");
  }
  return refuse("key_unsupported");
}

function member(jwk, name, length) {
  let data = new Uint8Array(0);
  try {
    if (typeof jwk[name] === "string") data = fromBase64Url(jwk[name]);
  } catch {
    // Told below, as what is not there at all.
  }
  return data.length === 0 || (length !== undefined && data.length !== length) ? refuse("key_malformed") : data;
}

function rsa(modulus, exponent) {
  const bits = modulus.toString(2).length;
  if (bits > 8_192 || exponent > 2n ** 32n) refuse("key_too_large");
  if (bits < 2_048 || exponent < 65_537n || modulus % 2n === 0n || exponent % 2n === 0n) refuse("key_too_weak");
  return { kind: "RSA", modulus, exponent };
}

export const algorithmsOf = (key) => (key.kind === "RSA" ? ["RS256"] : KINDS[key.kind].algorithms);

export function verifies(key, signature, message) {
  try {
    if (key.kind === "RSA") return rsaVerifies(key, signature, message);
    if (key.kind === "Ed25519") return ed25519Verifies(key.raw, signature, message);
    const { curve, size } = KINDS[key.kind];
    return signature.length === 2 * size && curve.verify(signature, message, key.raw, { lowS: false });
  } catch {
    return false;
  }
}

// RFC 8032 §5.1.7 without the cofactor, as OpenSSL computes it, so that no odd signature holds in one place only.
export function ed25519Verifies(publicKey, signature, message) {
  if (signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  const s = toNumber([...signature.subarray(32)].reverse());
  if (s >= ORDER) return false;
  const k = toNumber([...sha512(concat(r, publicKey, message))].reverse()) % ORDER;
  const point = ed25519.Point.fromBytes(Uint8Array.from(publicKey));
  const left = s === 0n ? ed25519.Point.ZERO : ed25519.Point.BASE.multiplyUnsafe(s);
  const found = left.subtract(k === 0n ? ed25519.Point.ZERO : point.multiplyUnsafe(k));
  return equal(found.toBytes(), r);
}

// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.2): the whole padding is compared, never searched.
function rsaVerifies({ modulus, exponent }, signature, message) {
  const length = Math.ceil(modulus.toString(2).length / 8);
  const number = toNumber(signature);
  if (signature.length !== length || number >= modulus) return false;
  const raised = toBytes(power(number, exponent, modulus));
  const found = concat(new Uint8Array(length - raised.length), raised);
  const tail = concat(DIGEST_INFO, sha256(message));
  const padding = new Uint8Array(length - tail.length - 3).fill(0xff);
  return equal(found, concat(Uint8Array.of(0, 1), padding, Uint8Array.of(0), tail));
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n, square = (square * square) % modulus) {
    if (left & 1n) result = (result * square) % modulus;
  }
  return result;
}

