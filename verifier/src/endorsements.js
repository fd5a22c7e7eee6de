// Endorsements inside a badge, each judged on its own, as accredit/domain/verification/endorsements.py: none lends its
// verdict, and none takes one.

import { Examination, examineDocument } from "./checks.js";
import { NO_CLAIMS, decide } from "./deciding.js";
import { issuerId } from "./open_badges.js";
import { Refused } from "./refused.js";
import { isObject } from "./strict_json.js";
import { readToken } from "./tokens.js";

const MOST = 8;

// Judges those of a badge that was examined; none where its own signature does not hold.
export async function judge(parent) {
  if (!parent.credential?.credentialSubject.achievement || !parent.hasPassed("signature", "key")) return [];
  const found = [...endorsements(parent)];
  const reports = [];
  for (const [about, endorsed, given] of found.slice(0, MOST)) reports.push(await judged(parent, about, endorsed, given));
  if (found.length > MOST) reports.push(unread(parent, found[MOST][0], "too_complex"));
  return reports;
}

// Each endorsement, what it stands on, and the id it must speak of.
function* endorsements({ document, credential }) {
  const subject = [document.credentialSubject].flat()[0];
  const places = [
    ["credential", credential.id, document],
    ["issuer", issuerId(credential), document.issuer],
    ["achievement", credential.credentialSubject.achievement.id, subject?.achievement],
  ];
  for (const [about, endorsed, node] of places) {
    if (!isObject(node)) continue;
    for (const member of ["endorsement", "endorsementJwt"]) for (const given of [node[member] ?? []].flat()) yield [about, endorsed, given];
  }
}

async function judged(parent, about, endorsed, given) {
  const presented = presentedIn(given);
  if (presented === null) return unread(parent, about, "malformed");
  const { now, facts, tables, sources } = parent;
  const examination = new Examination({ now, facts, tables, sources, presented, endorsed });
  examination.passed("readable", { kind: presented.kind });
  await examineDocument(examination);
  const [verdict, reason] = decide(examination.checks, examination.own, facts);
  const isSaid = !NO_CLAIMS.has(verdict) && examination.hasPassed("signature", "key");
  const said = isSaid ? examination.credential : null;
  return {
    verdict,
    reason,
    about,
    endorser_id: said && issuerId(said),
    endorser_name: said && (isObject(said.issuer) ? said.issuer.name : null),
    comment: said && said.credentialSubject.endorsementComment,
  };
}

function presentedIn(given) {
  if (isObject(given)) return { document: given, kind: "json", token: null, notBefore: null, expires: null };
  if (typeof given !== "string") return null;
  try {
    return { ...readToken(given), kind: "jwt", token: given };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}

function unread({ facts }, about, reason) {
  const [verdict] = decide([{ id: "readable", outcome: "failed", reason }], false, facts);
  return { verdict, reason, about, endorser_id: null, endorser_name: null, comment: null };
}
