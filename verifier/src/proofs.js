// Data Integrity proofs (VC Data Integrity 1.0 §4.4 and §4.5), as accredit/kit/vc/data_integrity.py checks them.

import { concat, fromBase58, utf8 } from "./bytes.js";
import { canonical } from "./jcs.js";
import { verifies } from "./keys.js";
import { HASHES, canonicalise } from "./rdfc10.js";
import { Refused } from "./refused.js";
import * as inPart from "./selective_disclosure.js";
import { isObject } from "./strict_json.js";
import { SKEW, parse } from "./timestamps.js";

export const ASSERTION = "assertionMethod";
const TYPE = "DataIntegrityProof";
const MAX_PROOFS = 8;
const SUITES = {
  "eddsa-rdfc-2022": { kinds: ["Ed25519"], hashed: rdfHashes },
  "eddsa-jcs-2022": { kinds: ["Ed25519"], hashed: jcsHashes },
  "ecdsa-rdfc-2019": { kinds: ["P-256", "P-384"], hashed: rdfHashes },
  "ecdsa-jcs-2019": { kinds: ["P-256", "P-384"], hashed: jcsHashes },
  "ecdsa-sd-2023": { kinds: ["P-256"], isInPart: true },
  Ed25519Signature2020: { kinds: ["Ed25519"], hashed: rdfHashes },
};

const refuse = (code) => {
  throw new Refused("proof", code);
};

// Check every proof of a known kind; each must hold, and at least one must be there. `resolve` finds a key or null.
export function verifyProofs(document, { resolve, now, tables }) {
  if (!isObject(document)) refuse("document_malformed");
  const unsecured = without(document, "proof");
  const proofs = listed(document.proof);
  if (!proofs.length) refuse("proof_missing");
  if (proofs.length > MAX_PROOFS) refuse("too_many_proofs");
  if (!proofs.every((proof) => isObject(proof) && Object.keys(proof).length)) refuse("proof_malformed");
  const known = proofs.filter((proof) => Object.hasOwn(SUITES, suiteOf(proof)));
  const verified = known.map((proof) => verifyOne(unsecured, proof, proofs, { resolve, now, tables }));
  return verified.length ? verified : refuse("unsupported_proof");
}

const listed = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));

function suiteOf(proof) {
  const name = proof.type === TYPE ? proof.cryptosuite : proof.type;
  return typeof name === "string" ? name : "";
}

function verifyOne(unsecured, proof, proofs, { resolve, now, tables }) {
  const method = proof.verificationMethod;
  if (typeof method !== "string") refuse("proof_malformed");
  if (proof.proofPurpose !== ASSERTION) refuse("proof_purpose");
  const created = "created" in proof ? parse(proof.created, { needsOffset: false }) : null;
  const expires = "expires" in proof ? parse(proof.expires, { needsOffset: false }) : null;
  if (created !== null && created > now + SKEW) refuse("created_in_future");
  if (expires !== null && expires <= now) refuse("proof_expired");
  const key = resolve(method);
  if (key === null) refuse("key_unknown");
  checkKey(key, { id: method, signed: created, now, family: "proof" });
  const previous = previousProofs(proof, proofs);
  checkSignature(previous.length ? { ...unsecured, proof: previous } : unsecured, proof, key.publicKey, tables);
  // What is shown in part may lack an end or a status.
  const isInPart = SUITES[suiteOf(proof)].isInPart ?? false;
  return { isInPart, suite: suiteOf(proof), method, controller: key.controller, publicKey: key.publicKey };
}

// Check that a key may sign credentials, then and now (CID 1.0 §2.2 and §3.3); for proofs and for tokens.
export function checkKey(key, { id, signed, now, family }) {
  const stop = (code) => {
    throw new Refused(family, code);
  };
  if (key.id !== id) stop("wrong_key");
  if (key.relationships !== undefined && !key.relationships.includes(ASSERTION)) stop("not_assertion_key");
  // A thief chooses the time in a proof as he likes, so it does not help a revoked key.
  if (key.revoked !== null && key.revoked <= now) stop("key_revoked");
  if (signed === null) return;
  if (key.validFrom !== null && signed < key.validFrom) stop("created_before_key");
  if (key.retired !== null && signed > key.retired) stop("created_after_key");
}

function previousProofs(proof, proofs) {
  return listed(proof.previousProof).map((id) => {
    const matching = proofs.filter((other) => typeof id === "string" && other.id === id);
    return matching.length === 1 && matching[0] !== proof ? matching[0] : refuse("previous_proof");
  });
}

function checkSignature(unsecured, proof, publicKey, tables) {
  const suite = SUITES[suiteOf(proof)];
  if (proof.type !== TYPE && "cryptosuite" in proof) refuse("unsupported_proof");
  if (!suite.kinds.includes(publicKey.kind)) refuse("key_type");
  if (suite.isInPart) {
    checkInPart(unsecured, proof, publicKey, tables);
    return;
  }
  let signature = new Uint8Array(0);
  try {
    if (typeof proof.proofValue === "string") signature = fromBase58(proof.proofValue);
  } catch {
    // Told below.
  }
  const isLong = publicKey.kind === "P-384";
  if (signature.length !== (isLong ? 96 : 64)) refuse("proof_value");
  const data = suite.hashed(unsecured, proof, isLong ? "sha384" : "sha256", tables);
  if (!verifies(publicKey, signature, data)) refuse("signature_invalid");
}

// ECDSA 3.6.7: the issuer's own signature, and then one for each statement that the holder chose to show.
function checkInPart(unsecured, proof, publicKey, tables) {
  const shown = inPart.disclosure(proof.proofValue);
  const configuration = canonicalise(configurationOf(unsecured, proof), tables);
  const { base, others } = inPart.verifyData(unsecured, configuration, shown, tables);
  if (!verifies(publicKey, shown.baseSignature, base)) refuse("signature_invalid");
  shown.signatures.forEach((signature, at) => verifies(shown.proofKey, signature, utf8(others[at])) || refuse("signature_invalid"));
}

function configurationOf(unsecured, proof) {
  const context = unsecured["@context"];
  const configuration = without(proof, "proofValue");
  // A context of the proof's own would be replaced and go unsigned; it is tolerated only where it says the same.
  if ("@context" in configuration && !same(configuration["@context"], context)) refuse("proof_malformed");
  return { ...configuration, "@context": context };
}

// The hash of the proof's configuration, then that of the document (EDDSA 3.2, ECDSA 3.2).
function rdfHashes(unsecured, proof, hashName, tables) {
  const parts = [configurationOf(unsecured, proof), unsecured];
  return concat(...parts.map((part) => HASHES[hashName](canonicalise(part, tables, hashName))));
}

function jcsHashes(unsecured, proof, hashName) {
  let document = unsecured;
  if ("@context" in proof) {
    const signed = Array.isArray(proof["@context"]) ? proof["@context"] : [proof["@context"]];
    const present = Array.isArray(unsecured["@context"]) ? unsecured["@context"] : [unsecured["@context"]];
    if (!same(present.slice(0, signed.length), signed)) refuse("context_mismatch");
    document = { ...unsecured, "@context": proof["@context"] };
  }
  const parts = [without(proof, "proofValue"), document];
  return concat(...parts.map((part) => HASHES[hashName](utf8(canonical(part)))));
}

export const same = (one, other) => one === other || (one !== undefined && other !== undefined && canonical(one) === canonical(other));
