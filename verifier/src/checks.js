// The numbered checks, in the service's own order and with its reasons (accredit/domain/verification/checks.py,
// signature_checks.py and key_finder.py). A failed foundation ends the examination; what breaks here is "could not
// tell", never green.

import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "./bytes.js";
import { fromMultibase, toMultibase } from "./keys.js";
import { toQuads } from "./mapper.js";
import { issuerId, readBadge, statuses } from "./open_badges.js";
import { same, verifyProofs } from "./proofs.js";
import { NotReadable, readCredential } from "./reading.js";
import { Refused } from "./refused.js";
import { ENTRY, readEntry } from "./status_list.js";
import { isObject } from "./strict_json.js";
import { SKEW, toText } from "./timestamps.js";
import { verifyToken } from "./tokens.js";

export const EVIDENCE_NAME = "credential.evidence";
const PROOF_REASONS = {
  proof_missing: "proof_missing",
  unsupported_proof: "unsupported_proof",
  signature_invalid: "signature_invalid",
  context_mismatch: "signature_invalid",
  proof_expired: "expired",
  created_in_future: "key_not_valid_then",
  key_type: "alg_not_allowed",
};
const KEY_REASONS = {
  wrong_key: "key_not_of_issuer",
  key_type: "key_not_of_issuer",
  not_assertion_key: "not_assertion_key",
  created_before_key: "key_not_valid_then",
  created_after_key: "key_not_valid_then",
  key_revoked: "key_compromised",
};
const TOKEN_KEYS = { key_too_weak: "key_too_weak", weak_key: "weak_key", private_key: "weak_key", key_unsupported: "alg_not_allowed" };
const COMPLEX = new Set(["too_complex", "too_deep", "work_budget"]);

export const linkedDataReason = ({ code }) =>
  COMPLEX.has(code) ? "too_complex" : code === "context_not_pinned" ? "context_not_pinned" : "unsigned_data";

export class Examination {
  // `endorsed` is set for an endorsement inside another credential: the id it must speak of.
  constructor({ now, facts, tables, sources = null, presented = null, endorsed = null }) {
    Object.assign(this, { now, facts, tables, sources, presented, endorsed, document: presented?.document ?? null });
    Object.assign(this, { checks: [], credential: null, record: null, own: false, isInPart: false });
  }

  passed(id, facts = {}) {
    this.checks.push({ id, outcome: "passed", reason: null, facts });
  }

  failed(id, reason, facts = {}) {
    this.checks.push({ id, outcome: "failed", reason, facts });
  }

  untold(id, reason, facts = {}) {
    this.checks.push({ id, outcome: "could-not-tell", reason, facts });
  }

  hasPassed(...ids) {
    return ids.every((id) => this.checks.some((check) => check.id === id && check.outcome === "passed"));
  }
}

// `sourcesFor` makes the sources once it is known what came along inside the file.
export async function examine(bytes, examination, sourcesFor) {
  await safely(examination, "readable", () => readable(examination, bytes, sourcesFor));
  if (examination.checks.every(({ outcome }) => outcome === "passed")) await examineDocument(examination);
}

// Every check of a document that was read.
export async function examineDocument(examination) {
  const foundations = [
    ["linked-data", () => linkedData(examination)],
    ["open-badges", () => openBadges(examination)],
    ["signature", () => signatureAndKey(examination)],
    ["recorded", () => recorded(examination)],
  ];
  const questions = [
    ["issuer-recognised", () => recognised(examination)],
    ["status", () => status(examination)],
    ["dates", () => dates(examination)],
    ["logged", () => logged(examination)],
  ];
  for (const [id, ask] of foundations) {
    await safely(examination, id, ask);
    if (examination.checks.some(({ outcome }) => outcome !== "passed")) {
      // An intact document whose key could not be reached, or is not tied to its issuer, still has dates worth telling.
      if (examination.credential === null || !examination.hasPassed("signature")) return;
      break;
    }
  }
  for (const [id, ask] of questions) await safely(examination, id, ask);
}

async function safely(examination, id, ask) {
  try {
    await ask();
  } catch {
    examination.untold(id, "our_fault");
  }
}

async function readable(examination, bytes, sourcesFor) {
  try {
    examination.presented = await readCredential(bytes, EVIDENCE_NAME);
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    const { reason, kind } = error;
    if (error.isFalse) {
      examination.passed("readable", { kind });
      examination.failed("signature", reason);
      // A file may be a good one, only not for us or not now.
    } else if (examination.facts.reasons[reason] === "CANNOT_CONFIRM") examination.untold("readable", reason, { kind });
    else examination.failed("readable", reason, { kind });
    return;
  }
  examination.document = examination.presented.document;
  examination.sources = sourcesFor(examination.presented.evidence);
  examination.passed("readable", { kind: examination.presented.kind });
}

function linkedData(examination) {
  const unsecured = Object.fromEntries(Object.entries(examination.document).filter(([name]) => name !== "proof"));
  try {
    toQuads(unsecured, examination.tables);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    examination.failed("linked-data", linkedDataReason(error));
    return;
  }
  examination.passed("linked-data");
}

function openBadges(examination) {
  const types = [examination.document.type].flat();
  const isInside = examination.endorsed !== null;
  const isEndorsement = isInside || types.includes("EndorsementCredential");
  if (!isEndorsement && !types.includes("OpenBadgeCredential") && !types.includes("AchievementCredential")) {
    // The service judges other kinds of credential too; this file is for badges.
    examination.untold("open-badges", "form_not_supported");
    return;
  }
  try {
    const name = isEndorsement ? "EndorsementCredential" : "OpenBadgeCredential";
    examination.credential = readBadge(examination.document, examination.facts.classes, name);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    examination.failed("open-badges", "open_badges_rules");
    return;
  }
  examination.own = examination.sources.isOwn(issuerId(examination.credential));
  if (isEndorsement && examination.own && !isInside) {
    examination.credential = null;
    examination.untold("open-badges", "form_not_supported");
  } else if (isInside && examination.credential.credentialSubject.id !== examination.endorsed) examination.failed("open-badges", "endorses_another");
  else examination.passed("open-badges");
}

function signatureAndKey(examination) {
  const { token, document } = examination.presented;
  if (token === null) {
    proofsAndKey(examination);
    return;
  }
  // The token is the outer signature; proofs inside are made before it and must hold too (Open Badges 3.0, Proofs).
  const before = examination.checks;
  examination.checks = [];
  if ("proof" in document) proofsAndKey(examination);
  const inner = examination.checks;
  examination.checks = before;
  if (inner.some(({ outcome }) => outcome !== "passed")) examination.checks.push(...inner);
  else tokenAndKey(examination, token);
}

function proofsAndKey(examination) {
  const finder = new KeyFinder(examination);
  let proofs;
  try {
    const resolve = (method) => finder.find(method, "assertion");
    proofs = verifyProofs(examination.document, { resolve, now: examination.now, tables: examination.tables });
  } catch (error) {
    noteRefusal(examination, finder, error, PROOF_REASONS, KEY_REASONS);
    return;
  }
  examination.isInPart = proofs.every(({ isInPart }) => isInPart);
  examination.passed("signature", { cryptosuite: proofs[0].suite });
  // Its private half stands in a specification or a test suite for everybody to sign with.
  if (proofs.some(({ publicKey }) => isPrinted(publicKey, examination.facts))) examination.failed("key", "weak_key");
  else if (finder.reason !== null) examination.failed("key", finder.reason);
  else if (proofs.some(({ controller }) => controller !== finder.issuer)) examination.failed("key", "key_not_anchored");
  else examination.passed("key", { key: proofs[0].method });
}

function tokenAndKey(examination, token) {
  const finder = new KeyFinder(examination);
  let found;
  try {
    found = verifyToken(token, { resolve: (kid) => finder.ofToken(kid), now: examination.now });
  } catch (error) {
    // Of a token the algorithm is what does not fit: its key may be the issuer's, and is for another one.
    const { key_type: _, ...reasons } = KEY_REASONS;
    noteRefusal(examination, finder, error, PROOF_REASONS, reasons, TOKEN_KEYS);
    return;
  }
  examination.passed("signature", { algorithm: found.algorithm });
  const certifiesItself = found.publicKey.kind !== "RSA" && `did:key:${toMultibase(found.publicKey)}` === finder.issuer;
  if (isPrinted(found.publicKey, examination.facts)) examination.failed("key", "weak_key");
  else if (found.kid === null && certifiesItself) examination.passed("key", { key: finder.issuer });
  // We name our keys, so a key that comes along is none of ours.
  else if (found.kid === null && examination.own) examination.failed("key", "key_not_of_issuer");
  else if (finder.reason !== null || !found.isBound) examination.failed("key", finder.reason ?? "key_not_anchored");
  else examination.passed("key", { key: found.kid ?? finder.issuer });
}

const isPrinted = (key, facts) => key.kind !== "RSA" && facts.printedKeys.includes(hex(sha256(key.raw)).slice(0, 32));

function noteRefusal(examination, finder, error, ofProofs, ofKeys, weak = {}) {
  if (!(error instanceof Refused)) throw error;
  const { family, code } = error;
  if (family === "linkeddata") examination.failed("signature", linkedDataReason(error));
  else if (family === "key") examination.failed("key", weak[code] ?? (Object.keys(weak).length ? "proof_malformed" : "weak_key"));
  else {
    const isNamed = family === "proof" || family === "token";
    const reason = isNamed && code === "key_unknown" ? finder.reason : isNamed ? ofKeys[code] : undefined;
    if (reason === undefined || reason === null) examination.failed("signature", (isNamed && ofProofs[code]) || "proof_malformed");
    else if (reason === "issuer_key_unreachable") {
      examination.untold("signature", reason);
      examination.untold("key", reason);
    } else examination.failed("key", reason);
  }
}

// Finds the key of a proof; `reason` says afterwards what is wrong with its being tied to the issuer.
class KeyFinder {
  constructor({ sources, credential }) {
    Object.assign(this, { sources, credential, issuer: issuerId(credential), reason: null });
  }

  ofToken(kid) {
    const hosts = [hostOf(kid), hostOf(this.issuer)];
    // Whoever writes a token writes the address of its key too; nothing is fetched from there.
    if (!hosts.includes(null) && hosts[0] !== hosts[1]) return this.refuse("key_of_another_issuer");
    return this.find(kid, "assertion-jwt");
  }

  find(method, purpose) {
    const [controller, ...rest] = method.split("#");
    const fragment = rest.join("#");
    if (this.sources.isOwn(this.issuer) || this.sources.isOwn(controller)) return this.own(controller, method, purpose);
    if (controller.startsWith("did:") && this.issuer.startsWith("did:") && controller !== this.issuer) return this.refuse("key_of_another_issuer");
    if (controller.startsWith("did:key:")) {
      if (controller !== this.issuer) this.reason = "key_not_anchored";
      if (controller !== `did:key:${fragment}`) throw new Refused("identifier", "did_malformed");
      return bare(method, controller, fromMultibase(fragment));
    }
    return this.unanchored(controller, method, fragment);
  }

  own(controller, method, purpose) {
    // Two organisations of one service: the key of one never speaks for the other.
    if (controller !== this.issuer) return this.refuse("key_of_another_issuer");
    const keys = this.sources.keys(this.issuer, purpose);
    const found = keys?.find(({ id }) => id === method);
    if (found) return this.asOfTheLog(found);
    // The anchors know every key up to a day; a younger one is unknown, and not false.
    if (this.credential.validFrom > this.sources.made) return this.refuse("issuer_key_unreachable");
    return this.refuse(keys === null ? "unknown_here" : "key_not_of_issuer");
  }

  // A key that was stolen still speaks for what a witness saw in the log before that.
  asOfTheLog(key) {
    if (key.revoked === null || !this.sources.wasWitnessed(this.credential.id, key.revoked)) return key;
    const retired = key.retired !== null && key.retired < key.revoked ? key.retired : key.revoked;
    return { ...key, revoked: null, retired };
  }

  // Some issuers write the key itself after the '#'. It shows that nothing was changed since, and nothing more.
  unanchored(controller, method, fragment) {
    let publicKey;
    try {
      publicKey = fromMultibase(fragment);
    } catch (error) {
      if (error.code === "weak_key") throw error;
      return this.refuse("issuer_key_unreachable");
    }
    this.reason = "key_not_anchored";
    return bare(method, controller, publicKey);
  }

  refuse(reason) {
    this.reason = reason;
    return null;
  }
}

const bare = (id, controller, publicKey) => ({ id, controller, publicKey, validFrom: null, retired: null, revoked: null });

// The host that an address, or a DID of the web, stands under; null for anything else.
function hostOf(identifier) {
  const did = /^did:web:([^:#]+)/.exec(identifier);
  if (did) return did[1].replace(/%3a/i, ":").split(":")[0].toLowerCase();
  try {
    const { protocol, hostname } = new URL(identifier);
    return protocol === "https:" || protocol === "http:" ? hostname : null;
  } catch {
    return null;
  }
}

async function recorded(examination) {
  if (!examination.own) return;
  const record = await examination.sources.record(examination.credential.id);
  // Far from the service only what came along says what stands on record: not asked, so never passed.
  if (record === null) return;
  const { token, document } = examination.presented;
  const isAsRecorded = token === null ? same(record.proofs, [document.proof].flat()) : record.token === token;
  if (record.issuerId !== issuerId(examination.credential) || !isAsRecorded) examination.failed("recorded", "not_as_recorded");
  else {
    examination.record = record;
    examination.passed("recorded");
  }
}

function recognised(examination) {
  const found = examination.sources.recognition(issuerId(examination.credential));
  if (found === null) examination.failed("issuer-recognised", "issuer_not_recognised");
  else examination.passed("issuer-recognised", { channel: found.channel, confirmed_on: found.confirmedOn });
}

function status(examination) {
  const { own, credential, record, isInPart } = examination;
  const names = statuses(credential).length > 0;
  // Whoever shows a part may have left the status out.
  if (!own && !names && !isInPart) {
    examination.passed("status", { stated: "none" });
    return;
  }
  if (record === null) {
    examination.untold("status", own || !names ? "status_not_fresh" : statusElsewhere(examination));
    return;
  }
  const { state, knownAt, isFresh } = record.status;
  const known = knownAt === null ? {} : { known_at: toText(knownAt) };
  if (state !== "active") examination.failed("status", state);
  else if (isFresh) examination.passed("status", { as_of: toText(knownAt) });
  else examination.untold("status", "status_not_fresh", known);
}

// Lists of other services are looked up by nobody here; what can be told without them is told.
function statusElsewhere(examination) {
  if (!examination.hasPassed("signature", "key")) return "status_not_fresh";
  const entries = [examination.document.credentialStatus].flat();
  const told = entries.slice(0, 4).map((entry) => {
    if (!isObject(entry) || ![entry.type].flat().includes(ENTRY) || [entry.type].flat().length !== 1) return "form_not_supported";
    const { purpose } = readEntry(entry) ?? {};
    if (purpose === undefined) return "status_list_invalid";
    return purpose === "revocation" || purpose === "suspension" ? "status_not_fresh" : "form_not_supported";
  });
  if (entries.length > 4 || told.includes("form_not_supported")) return "form_not_supported";
  return told.includes("status_list_invalid") ? "status_list_invalid" : "status_not_fresh";
}

function dates(examination) {
  const { credential, presented, now } = examination;
  const begins = presented.notBefore !== null && presented.notBefore > credential.validFrom ? presented.notBefore : credential.validFrom;
  const ends = [credential.validUntil, presented.expires].filter((end) => end !== null).sort((one, other) => (one < other ? -1 : 1))[0];
  if (begins > now + SKEW) examination.failed("dates", "not_yet_valid", { valid_from: toText(begins) });
  else if (ends !== undefined && ends < now) examination.failed("dates", "expired", { valid_until: toText(ends) });
  else examination.passed("dates", { valid_from: toText(credential.validFrom) });
}

function logged(examination) {
  if (!examination.own) return;
  const place = examination.record?.place;
  if (!place) {
    examination.untold("logged", "not_in_log");
    return;
  }
  const [first] = place.seen;
  const when = first ? { witnessed_by: first[0], witnessed_at: toText(first[1]) } : { signed_at: place.signedAt };
  examination.passed("logged", { origin: place.origin, index: place.index, size: place.size, ...when });
}

