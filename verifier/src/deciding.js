// From checks to one verdict, as accredit/domain/verification/rules.py decides; the tables are the service's own.

// What is said is not shown where nobody knows who says it.
export const NO_CLAIMS = new Set(["NOT_GENUINE", "UNREADABLE", "INTEGRITY_ONLY"]);

// Gives [verdict, reason].
export function decide(checks, own, facts) {
  const open = checks.filter(({ outcome }) => outcome !== "passed");
  const grave = open.filter(({ id }) => facts.foundations.includes(facts.axes[id]));
  for (const verdict of facts.gravity) {
    for (const { reason } of grave.length ? grave : open) if (facts.reasons[reason] === verdict) return [verdict, reason];
  }
  const made = new Set(checks.map(({ id }) => id));
  const isWhole = (own ? facts.neededOfOwn : facts.needed).every((id) => made.has(id));
  return isWhole && !open.length ? ["GENUINE", null] : ["CANNOT_CONFIRM", "check_missing"];
}
