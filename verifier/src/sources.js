// What trust anchors and evidence answer to a verification, far from the service: accredit/domain/verification's
// `trust`, `evidence` and `offline_sources`, in one. Nothing is believed because it is there: a leaf counts where it opens and
// stands under a checkpoint of a log that the anchors name, a list where a key that was proved so signed it.

import { fromHex } from "./bytes.js";
import { fromJwk, fromMultibase, toMultibase } from "./keys.js";
import { commitment, digest, readVerifierKey, verifyReceipt } from "./ledger.js";
import { verifyProofs } from "./proofs.js";
import { isSet, readEntry } from "./status_list.js";
import { isObject, read, readObject } from "./strict_json.js";
import { DAY, SECOND, SKEW, parse } from "./timestamps.js";

export const EVIDENCE = "accredit-evidence/1";
export const LISTS = "accredit-status/1";
const MAX_EVIDENCE = 2_000_000;

// Takes {trust, evidence: bytes[], lists: object[], now, tables}; everything but the anchors may be hostile.
export class Sources {
  constructor({ trust, evidence = [], lists = [], now, tables }) {
    this.trust = trust;
    this.now = now;
    this.tables = tables;
    this.made = parse(trust.made);
    this.logs = trust.logs.map(readVerifierKey);
    this.witnesses = trust.witnesses.map(readVerifierKey);
    this.evidence = evidence.map(readEvidence).filter((each) => each !== null);
    this.lists = [...lists, ...this.evidence.flatMap((each) => each.lists)].filter(isObject);
    this.proved = this.evidence.flatMap((each) => this.keysProvedBy(each));
  }

  isOwn(id) {
    return id === this.trust.didPrefix || id.startsWith(`${this.trust.didPrefix}:`);
  }

  // The keys of an organisation for one purpose that the anchors or the log vouch for; null where none are known.
  keys(issuer, purpose) {
    if (!this.isOwn(issuer)) return null;
    const known = this.trust.issuers.find(({ id }) => id === issuer)?.keys.map(readKey) ?? [];
    const merged = new Map();
    for (const key of [...known, ...this.proved.filter(({ controller }) => controller === issuer)]) {
      if (key.purpose === purpose) merged.set(key.id, merged.has(key.id) ? stricter(merged.get(key.id), key) : key);
    }
    return merged.size ? [...merged.values()] : null;
  }

  recognition(issuer) {
    return this.trust.issuers.find(({ id }) => id === issuer)?.recognised ?? null;
  }

  // What the log holds of a credential, proved by its evidence.
  async record(credentialId) {
    for (const evidence of this.evidence) {
      const receipt = evidence.document.id === credentialId ? this.issued(evidence) : null;
      if (receipt === null) continue;
      const { document } = evidence;
      return {
        issuerId: issuerOf(document),
        proofs: [document.proof].flat(),
        token: evidence.token,
        status: await this.status(document),
        place: { ...receipt, signedAt: evidence.leaf.statement.at },
      };
    }
    return null;
  }

  // A cosignature states a whole second (C2SP tlog-cosignature), which must be over.
  wasWitnessed(credentialId, before) {
    return this.evidence.some((evidence) => {
      const receipt = evidence.document.id === credentialId ? this.issued(evidence) : null;
      return receipt !== null && receipt.seen.length > 0 && receipt.seen[0][1] + SECOND <= before;
    });
  }

  // The log holds the issue of exactly these bytes.
  issued({ written, token, leaf }) {
    const { act, record } = leaf.statement;
    if (act !== "credential-issued" || !isObject(record) || record.sha256 !== digest(written)) return null;
    if (token !== null && record.jwtSha256 !== digest(token)) return null;
    return this.receiptOf(leaf);
  }

  receiptOf({ statement, salt, receipt }) {
    try {
      return verifyReceipt(receipt, commitment(statement, salt), this.logs, this.witnesses);
    } catch {
      return null;
    }
  }

  keysProvedBy(evidence) {
    const known = evidence.keys.filter((leaf) => this.receiptOf(leaf) !== null && isObject(leaf.statement.record));
    const told = known.map(({ statement }) => ({ ...statement.record, act: statement.act, at: statement.at }));
    return told.filter(({ act }) => act === "key-published").flatMap((one) => {
      const later = told.filter(({ key }) => key === one.key);
      const earliest = (act, when) => least(later.filter((each) => each.act === act).map((each) => parse(each[when])));
      try {
        const retired = earliest("key-retired", "at");
        const revoked = earliest("key-compromised", "since");
        return [{ ...readKey({ ...one, id: one.key, created: one.at }), retired, revoked }];
      } catch {
        // A kind of key that this reader is too old for: as if it were not there.
        return [];
      }
    });
  }

  // What the newest lists know, when they knew it, and whether that is still fresh. A revocation is for ever, so an old
  // list is enough for it; that nothing happened since needs fresh ones.
  async status(document) {
    const entry = readEntry(document.credentialStatus);
    if (entry === null) return { state: "active", knownAt: null, isFresh: false };
    const revoked = await this.newest(entry, issuerOf(document));
    const paused = await this.newest({ ...entry, url: `${entry.url}-suspension`, purpose: "suspension" }, issuerOf(document));
    const knownAt = least([revoked, paused].filter((each) => each !== null).map(({ since }) => since));
    // Set in the list of pauses of that time as well: a newer one took its place (docs/adr/0022). An earlier list may
    // still say that it was paused before it was revoked.
    const isReplaced = revoked?.isSet && paused?.isSet && paused.since >= revoked.since;
    if (revoked?.isSet) return { state: isReplaced ? "replaced" : "revoked", knownAt, isFresh: true };
    if (paused?.isFresh && paused.isSet) return { state: "suspended", knownAt, isFresh: true };
    return { state: "active", knownAt, isFresh: Boolean(revoked?.isFresh && paused?.isFresh) };
  }

  async newest(entry, issuer) {
    const found = await Promise.all(this.lists.filter(({ id }) => id === entry.url).map((each) => this.readList(each, entry, issuer)));
    return found.filter((each) => each !== null).reduce((one, other) => (one === null || other.since > one.since ? other : one), null);
  }

  async readList(document, entry, issuer) {
    try {
      const keys = this.keys(issuer, "status") ?? [];
      const resolve = (method) => keys.find(({ id }) => id === method) ?? null;
      const proofs = verifyProofs(document, { resolve, now: this.now, tables: this.tables });
      if (document.issuer !== issuer || !proofs.some(({ controller }) => controller === issuer)) return null;
      const since = parse(document.validFrom);
      const until = "validUntil" in document ? parse(document.validUntil) : null;
      const isYoung = since > this.now - DAY && since <= this.now + SKEW;
      return { isSet: await isSet(document, entry), since, isFresh: isYoung && (until === null || until > this.now) };
    } catch {
      return null;
    }
  }
}

const least = (moments) => moments.reduce((one, other) => (one === null || other < one ? other : one), null);

const issuerOf = ({ issuer }) => String(isObject(issuer) ? issuer.id : issuer);

function readKey(told) {
  return {
    id: told.id,
    controller: told.id.split("#")[0],
    purpose: told.purpose,
    publicKey: "publicKeyJwk" in told ? fromJwk(told.publicKeyJwk) : fromMultibase(told.publicKeyMultibase),
    validFrom: parse(told.created),
    retired: told.retired ? parse(told.retired) : null,
    revoked: told.compromised ? parse(told.compromised) : null,
  };
}

// Join what two places say of a key, believing the less of the two; another key under its name ends both.
function stricter(one, other) {
  const given = (moments) => least(moments.filter((at) => at !== null));
  const isSame = one.publicKey.kind === other.publicKey.kind && spelling(one.publicKey) === spelling(other.publicKey);
  return { ...one, retired: given([one.retired, other.retired]), revoked: isSame ? given([one.revoked, other.revoked]) : given([one.validFrom, other.validFrom]) };
}

const spelling = (key) => (key.kind === "RSA" ? `${key.modulus} ${key.exponent}` : toMultibase(key));

// Evidence as it came, proving nothing; null for what cannot be read.
function readEvidence(bytes) {
  try {
    const told = readObject(bytes, { maxBytes: MAX_EVIDENCE });
    if (told.format !== EVIDENCE || told.keys.length > 200 || told.lists.length > 20) return null;
    const { document: written, token = null, leaf } = told.credential;
    const document = read(written);
    return isObject(document) ? { written, document, token, leaf: readLeaf(leaf), keys: told.keys.map(readLeaf), lists: told.lists } : null;
  } catch {
    return null;
  }
}

function readLeaf({ statement, salt, receipt }) {
  if (!isObject(statement) || typeof receipt !== "string") throw new TypeError("a leaf is a statement, a salt and a receipt");
  return { statement, salt: fromHex(salt), receipt };
}

