// A report in words, as the service's own page says it (accredit/domain/verification/words.py and report.py,
// accredit/web/public/verdicts.py). Every word stands in the page as data; none is written here.

const LOOKS = { GENUINE: "green", NOT_GENUINE: "red", UNREADABLE: "grey" };

export function verdictOf(report, facts, language) {
  const words = facts.languages[language];
  const { reason, verdict } = report;
  const recognised = report.checks.find(({ id }) => id === "issuer-recognised");
  const isOfAStranger = recognised?.outcome === "failed";
  return {
    colour: verdict === "NOT_CURRENT" ? (facts.grey.includes(reason) ? "grey" : "red") : (LOOKS[verdict] ?? "amber"),
    heading: heading(report, facts, words, language),
    text: reason === null ? words.genuineLine : words.reasons[reason],
    checkedAt: fill(words.ui.checkedAt, { moment: moment(report.checked_at, language) }),
    isGenuine: verdict === "GENUINE",
    nextStep: nextStep(report, facts, words, isOfAStranger),
    caution: isOfAStranger ? words.unconfirmed : null,
    promise: words.promise,
    notAClearance: words.notAClearance,
    checks: report.checks.map((check) => ({
      outcome: check.outcome,
      said: words.ui[{ passed: "passed", failed: "failed", "could-not-tell": "couldNotTell" }[check.outcome]],
      text: words.checks[check.id],
      detail: check.reason === null ? fact(check, words, language) : words.reasons[check.reason],
      meaning: words.meanings[check.id],
    })),
  };
}

function heading({ reason, verdict, claims, checks }, facts, words, language) {
  if (reason === null) return words.headings[verdict];
  if (reason !== "status_not_fresh") return words.titles[reason] ?? words.headings[verdict];
  const isKnown = ["signature", "key", "issuer-recognised"].every((id) => checks.some((check) => check.id === id && check.outcome === "passed"));
  if (!isKnown) return words.statusUnknown;
  if (!claims) return words.titles[reason] ?? words.headings[verdict];
  const issued = day(claims.awarded_on ?? claims.valid_from, language);
  const known = checks.find(({ id }) => id === "status")?.facts.known_at;
  if (known === undefined) return fill(words.ui.genuineThen, { day: issued });
  return fill(words.ui.genuineThenKnown, { day: issued, known: day(known, language) });
}

function nextStep({ reason, verdict }, facts, words, isOfAStranger) {
  const isOpen = verdict === "CANNOT_CONFIRM" && !facts.answeredElsewhere.includes(reason);
  if (isOpen && isOfAStranger) return words.steps.GENUINE_ISSUER_NOT_RECOGNISED;
  return (reason !== null && words.stepsFor[reason]) || words.steps[verdict];
}

function fact({ id, facts }, words, language) {
  if (id === "issuer-recognised" && facts.channel) return `${words.channels[facts.channel]}, ${day(facts.confirmed_on, language)}`;
  if (id === "status" && facts.as_of) return fill(words.ui.asOf, { moment: moment(facts.as_of, language) });
  if (id === "logged" && facts.witnessed_at) return fill(words.ui.witnessed, { entry: number(facts.index, language), moment: moment(facts.witnessed_at, language), witness: facts.witnessed_by });
  if (id === "logged") return fill(words.ui.logged, { entry: number(facts.index, language) });
  return null;
}

// The catalogue's own places, `%(name)s`.
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
const number = (value, language) => value.toLocaleString(`${language}-GB`);
export const day = (written, language) => new Date(written).toLocaleDateString(`${language}-GB`, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const moment = (written, language) => new Date(written).toLocaleString(`${language}-GB`, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }) + " UTC";
