// VC-JWT: a credential as one signed text, read as strictly as accredit/kit/vc/json_web_signature.py, vc_jwt_claims.py
// and vc_jwt.py read it. Whatever would let the sender choose how the receiver checks is refused.

import { fromBase64Url, utf8 } from "./bytes.js";
import { algorithmsOf, fromJwk, verifies } from "./keys.js";
import { checkKey } from "./proofs.js";
import { Refused } from "./refused.js";
import { isObject, readObject } from "./strict_json.js";
import { SECOND, SKEW, fromSeconds, parse, toText } from "./timestamps.js";

const V1 = "https://www.w3.org/2018/credentials/v1";
const V2 = "https://www.w3.org/ns/credentials/v2";
const ALGORITHMS = ["ES256", "RS256", "EdDSA", "Ed25519"];
const REGISTERED = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
const MAX_TOKEN = 1_400_000;
const MAX_HEADER = 8_192;
// RFC 7515 §4.1.11, RFC 7797, and the members of JWE (RFC 7516 §4.1).
const NOT_ALLOWED = new Set(["crit", "b64", "zip", "enc", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c"]);
const LATEST = 253_402_214_400;

const invalid = (code) => {
  throw new Refused("token", code);
};

// What a token claims, before anything of it is verified.
export function readToken(token) {
  const jws = takeApart(token);
  checkType(jws.header);
  return { ...readClaims(readObject(jws.payload)), jws };
}

// Check the signature, the claims and the key of a token; `resolve` finds a key by its name, or null.
export function verifyToken(token, { resolve, now }) {
  const jws = takeApart(token);
  checkType(jws.header);
  const { kid, key, publicKey } = findKey(jws.header, resolve);
  // The key decides what it is used for, never the token (RFC 8725 §3.1).
  if (!algorithmsOf(publicKey).includes(jws.header.alg)) invalid("key_type");
  if (!verifies(publicKey, jws.signature, jws.signed)) invalid("signature_invalid");
  const content = readClaims(readObject(jws.payload));
  if (content.issuedAt !== null && content.issuedAt > now + SKEW) invalid("created_in_future");
  if (key !== null) checkKey(key, { id: kid, signed: content.issuedAt, now, family: "token" });
  const isBound = key !== null && key.controller === content.issuer;
  return { ...content, algorithm: jws.header.alg, kid, publicKey, isBound };
}

function takeApart(token) {
  if (token.length > MAX_TOKEN) invalid("token_too_large");
  const parts = token.split(".");
  if (parts.length !== 3) invalid(parts.length === 5 ? "jwe" : "token_parts");
  let decoded;
  try {
    decoded = parts.map(fromBase64Url);
  } catch {
    invalid("token_base64");
  }
  if (decoded[0].length > MAX_HEADER) invalid("header_too_large");
  const header = readObject(decoded[0], { maxBytes: MAX_HEADER, maxDepth: 8 });
  if ("crit" in header) invalid("crit_not_allowed");
  if (Object.keys(header).some((name) => NOT_ALLOWED.has(name))) invalid("header_not_allowed");
  if (!ALGORITHMS.includes(header.alg)) invalid("alg_not_allowed");
  return { header, payload: decoded[1], signature: decoded[2], signed: utf8(`${parts[0]}.${parts[1]}`) };
}

// RFC 8725 §3.11: a token of another kind is none of ours, however well signed.
function checkType({ typ = "JWT" }) {
  const named = typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : "";
  if (named !== "jwt" && named !== "vc+jwt") invalid("wrong_typ");
}

function findKey(header, resolve) {
  if ("kid" in header) {
    const { kid } = header;
    if (typeof kid !== "string" || !kid) invalid("kid_malformed");
    const key = resolve(kid);
    // Never the key that the token brings along: whoever invents a name could bring a key to match.
    if (key === null) invalid("key_unknown");
    return { kid, key, publicKey: key.publicKey };
  }
  if ("jwk" in header) return { kid: null, key: null, publicKey: fromJwk(header.jwk) };
  return invalid("key_missing");
}

function readClaims(payload) {
  const claims = Object.fromEntries(Object.entries(payload).filter(([name]) => REGISTERED.includes(name)));
  const document = credentialIn(payload, claims);
  const isOlder = contexts(document)[0] === V1;
  const issuer = identifierOf(document.issuer);
  if (!issuer) invalid("issuer_missing");
  const repeated = [["iss", issuer], ["sub", identifierOf(document.credentialSubject)], ["jti", document.id ?? null]];
  for (const [name, stated] of repeated) {
    if (claims[name] === undefined || claims[name] === null) continue;
    if (typeof claims[name] !== "string") invalid("claim_malformed");
    if (claims[name] !== stated) invalid(`${name}_mismatch`);
  }
  return {
    document,
    issuer,
    issuedAt: numericDate(claims, "iat"),
    notBefore: agreedTime(document, isOlder ? "issuanceDate" : "validFrom", claims, "nbf"),
    expires: agreedTime(document, isOlder ? "expirationDate" : "validUntil", claims, "exp"),
  };
}

const contexts = ({ "@context": context }) => (Array.isArray(context) && context.length ? context : [context]);

export function identifierOf(value) {
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const id = isObject(one) ? one.id : one;
  return typeof id === "string" ? id : null;
}

function credentialIn(payload, claims) {
  let document = Object.fromEntries(Object.entries(payload).filter(([name]) => !REGISTERED.includes(name)));
  if ("vc" in document) {
    const wrapped = document.vc;
    // VC-JOSE-COSE forbids the claim, VCDM 1.1 §6.3.1 requires it; beside another credential there would be two.
    if (!isObject(wrapped) || "@context" in document || contexts(wrapped)[0] !== V1) invalid("vc_claim_not_allowed");
    document = filled(wrapped, claims);
  }
  const types = Array.isArray(document.type) ? document.type : [document.type];
  const isCredential = [V1, V2].includes(contexts(document)[0]) && types.includes("VerifiableCredential");
  return isCredential && !("vp" in document) ? document : invalid("not_a_credential");
}

// Put claims back in the place of members that VCDM 1.1 §6.3.1 lets an issuer leave out.
function filled(wrapped, claims) {
  const document = { ...wrapped };
  const subject = document.credentialSubject;
  if ("sub" in claims && isObject(subject) && !("id" in subject)) document.credentialSubject = { id: claims.sub, ...subject };
  if ("iss" in claims) {
    document.issuer ??= claims.iss;
    if (isObject(document.issuer) && !("id" in document.issuer)) document.issuer = { id: claims.iss, ...document.issuer };
  }
  if ("jti" in claims) document.id ??= claims.jti;
  for (const [claim, member] of [["nbf", "issuanceDate"], ["exp", "expirationDate"]]) {
    const moment = numericDate(claims, claim);
    if (moment !== null && !(member in document)) document[member] = toText(moment);
  }
  return document;
}

// To the second, since many issuers write whole seconds in one of the two places.
function agreedTime(document, member, claims, claim) {
  const claimed = numericDate(claims, claim);
  if (!(member in document)) return claimed;
  let stated;
  try {
    stated = parse(document[member]);
  } catch {
    invalid("claim_malformed");
  }
  if (claimed === null) return stated;
  return claimed / SECOND === stated / SECOND ? stated : invalid(`${claim}_mismatch`);
}

// RFC 7519 §2: seconds since 1970, whole or not.
function numericDate(claims, name) {
  if (!(name in claims)) return null;
  const value = claims[name];
  return typeof value === "number" && value >= 0 && value <= LATEST ? fromSeconds(value) : invalid("claim_malformed");
}
