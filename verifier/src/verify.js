// One file, one verdict: from the checks to the answer, as accredit/domain/verification/rules.py decides and
// report.py sums up. The tables of reasons and verdicts are the service's own, as data in the page.

import { Examination, examine } from "./checks.js";
import { NO_CLAIMS, decide } from "./deciding.js";
import { judge } from "./endorsements.js";
import { issuerId, statuses } from "./open_badges.js";
import { Sources } from "./sources.js";
import { readTables } from "./terms.js";
import { dayOf, examineStatement } from "./statement.js";
import { now as clock, toText } from "./timestamps.js";

let tables = null;

// `page` is {facts, trust}; `evidence` are files of evidence (bytes) and `lists` status lists (objects) that were
// given beside the certificate. Gives the same object as the service's API.
export async function verify(bytes, { facts, trust, evidence = [], lists = [], now = clock() }) {
  tables ??= readTables(facts.contexts);
  const examination = new Examination({ now, facts, tables });
  const sourcesFor = (inside) => new Sources({ trust, evidence: inside === null ? evidence : [...evidence, inside], lists, now, tables });
  await examine(bytes, examination, sourcesFor);
  return { ...report(examination, facts), endorsements: await judge(examination) };
}

// The same for the words behind a printed address, which are no certificate.
export async function verifyStatement(address, { facts, trust, now = clock() }) {
  tables ??= readTables(facts.contexts);
  const examination = new Examination({ now, facts, tables });
  const said = await examineStatement(address, examination, new Sources({ trust, now, tables }));
  const answer = report(examination, facts);
  if (said === null || answer.verdict !== "CANNOT_CONFIRM") return answer;
  const words = {
    award_name: said.award,
    achievement_name: said.award,
    issuer_name: said.organisation,
    printed_name: said.name,
    narrative: `Trained in ${counted(said.modules, "module")}, ${counted(said.minutes / 60, "supervised hour")}, approved by ${counted(said.adults, "adult")}.`,
  };
  const none = { description: "", skills: [], results: [], defined_by: null };
  const when = { awarded_on: dayOf(said), valid_from: dayOf(said) };
  return { ...answer, claims: { credential_id: `urn:uuid:${said.id}`, issuer_id: said.issuer, ...words, ...when, ...none } };
}

const counted = (number, word) => `${Number(number.toPrecision(6))} ${word}${number === 1 ? "" : "s"}`;

function report(examination, facts) {
  const checks = examination.checks
    .map((check) => ({ number: facts.checks.indexOf(check.id) + 1, axis: facts.axes[check.id], ...check }))
    .sort((one, other) => one.number - other.number);
  const [verdict, reason] = decide(examination.checks, examination.own, facts);
  const isBound = examination.hasPassed("signature", "key");
  const isWithheld = checks.some((check) => facts.withheld.includes(check.reason));
  const isShown = examination.credential !== null && isBound && !NO_CLAIMS.has(verdict) && !isWithheld;
  return {
    verdict,
    reason,
    axes: sumUp(checks, facts),
    checks,
    claims: isShown ? claims(examination.credential) : null,
    endorsements: [],
    checked_at: toText(examination.now),
    own: examination.own,
    credential_id: examination.credential?.id ?? null,
    status_list: examination.credential === null ? null : (statuses(examination.credential)[0]?.statusListCredential ?? null),
  };
}

function sumUp(checks, facts) {
  const order = ["passed", "could-not-tell", "failed"];
  const axes = Object.fromEntries(facts.allAxes.map((axis) => [axis, "not-asked"]));
  for (const outcome of order) for (const check of checks) if (check.outcome === outcome) axes[check.axis] = outcome;
  return axes;
}

function claims(credential) {
  const issuer = {
    credential_id: credential.id,
    issuer_id: issuerId(credential),
    issuer_name: typeof credential.issuer === "string" ? null : credential.issuer.name,
    award_name: credential.name,
    valid_from: toText(credential.validFrom),
  };
  const { credentialSubject: subject } = credential;
  if (!subject.achievement) {
    // An endorsement by itself: who says something, and nothing of an award.
    const none = { description: "", narrative: null, printed_name: null, awarded_on: null, skills: [], results: [], defined_by: null };
    return { ...issuer, achievement_name: credential.name, ...none };
  }
  const { achievement } = subject;
  const described = new Map(achievement.resultDescription.map((each) => [each.id, each.name]));
  const alignments = [...achievement.alignment, ...subject.result.flatMap((each) => each.alignment)];
  const skills = new Map(alignments.map((each) => [[each.targetName, each.targetFramework, each.targetUrl].join("\n"), each]));
  const names = subject.identifier.filter((each) => each.identityType === "name" && !each.hashed);
  const { creator } = achievement;
  return {
    ...issuer,
    achievement_name: achievement.name,
    description: achievement.description,
    narrative: subject.narrative,
    printed_name: names[0]?.identityHash ?? null,
    awarded_on: credential.awardedDate === null ? null : toText(credential.awardedDate).slice(0, 10),
    skills: [...skills.values()].map((each) => ({ name: each.targetName, framework: each.targetFramework, url: each.targetUrl })),
    results: subject.result.map((each) => ({ name: described.get(each.resultDescription) ?? null, value: each.value, status: each.status })),
    defined_by: creator === null || creator.id === issuer.issuer_id ? null : creator.name || creator.id,
  };
}
