// The one kind of error with which this engine refuses something: `family` says who refused, `code` says why.
// The codes are those of the service's own engine (accredit/kit), so that both give the same reasons.

export class Refused extends Error {
  constructor(family, code) {
    super(`${family}: ${code}`);
    this.family = family;
    this.code = code;
  }
}

export const refuse = (family, code) => {
  throw new Refused(family, code);
};
