// The rules of Open Badges 3.0 for a document that is read. What each property takes comes from the service's own classes
// (accredit/kit/openbadges/shape.py), as plain data in the page; here are the rules that need more than one property.

import { Refused } from "./refused.js";
import { Inexact, isObject } from "./strict_json.js";
import { parse } from "./timestamps.js";

const V1 = "https://www.w3.org/2018/credentials/v1";
const V2 = "https://www.w3.org/ns/credentials/v2";
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>"{}|\\^`\s\x85\ufeff]+$/u;
const EXTENSION = /^ext:[a-zA-Z0-9._-]+$/;
const HASH = /^(?:sha256\$[0-9a-fA-F]{64}|md5\$[0-9a-fA-F]{32})$/;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

const broken = (rule) => {
  throw new Refused("document", rule);
};

// Gives the credential with lists where lists belong, texts without their language, times as microseconds.
export function readBadge(document, classes, name = "OpenBadgeCredential") {
  return new Reader(classes).node(document, name);
}

class Reader {
  constructor(classes) {
    this.classes = classes;
  }

  node(value, name) {
    if (!isObject(value)) broken("type");
    const members = RENAMED[name] ? RENAMED[name](value) : value;
    const { closed, properties } = this.classes[name];
    if (closed && Object.keys(members).some((each) => !Object.hasOwn(properties, each))) broken("unknown-property");
    const found = {};
    for (const [property, shape] of Object.entries(properties)) {
      if (property in members) found[property] = this.value(members[property], shape);
      else if (shape.required) broken("required");
      else found[property] = shape.list ? [] : null;
    }
    RULES[name]?.(found, members);
    return found;
  }

  value(given, shape) {
    if (shape.any) return this.oneOf(given, shape.any);
    let value = given;
    if (shape.wraps && !Array.isArray(value)) value = [value];
    if (shape.unwraps && Array.isArray(value) && value.length === 1) [value] = value;
    if (shape.plain) value = plainText(value);
    if (shape.list) {
      if (!Array.isArray(value)) broken("type");
      const found = value.map((each) => this.value(each, shape.list));
      if (shape.naming && !shape.naming.some((name) => found.includes(name))) broken("type");
      return found;
    }
    return shape.node ? this.node(value, shape.node) : this.scalar(value, shape);
  }

  // Branches differ by the kind of value; what fits the kind and breaks a rule must not be taken for another kind.
  oneOf(given, shapes) {
    for (const shape of shapes) if (fits(given, shape)) return this.value(given, shape);
    return broken("type");
  }

  scalar(value, { is, words, orExtension, pattern }) {
    if (!kinds[is](value)) broken("type");
    if (words && !words.includes(value) && !(orExtension && EXTENSION.test(value))) broken("vocabulary");
    if (pattern && !new RegExp(pattern).test(value)) broken("pattern");
    return is === "moment" ? parse(value) : value;
  }
}

const kinds = {
  text: (value) => typeof value === "string",
  uri: (value) => typeof value === "string" && URI.test(value),
  number: (value) => typeof value === "number" || value instanceof Inexact,
  truth: (value) => typeof value === "boolean",
  whole: (value) => Number.isInteger(value) || value instanceof Inexact,
  day: (value) => typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value)),
  moment: (value) => typeof value === "string",
  object: isObject,
  nothing: (value) => value === null,
};

function fits(value, shape) {
  if (shape.any) return shape.any.some((each) => fits(value, each));
  if (shape.plain || shape.wraps || shape.unwraps) return value !== null;
  if (shape.list) return Array.isArray(value);
  if (shape.node) return isObject(value);
  return shape.is === "uri" || shape.is === "day" ? typeof value === "string" : kinds[shape.is](value);
}

// VCDM 2.0 §11.1: a text may come with its language.
function plainText(value) {
  let one = value;
  if (Array.isArray(one) && one.length) {
    const languages = one.map((each) => String(isObject(each) ? each["@language"] : null));
    if (new Set(languages).size !== one.length) broken("single");
    [one] = one;
  }
  const isLanguageValue = isObject(one) && Object.keys(one).every((name) => ["@value", "@language", "@direction"].includes(name));
  return isLanguageValue ? (one["@value"] ?? null) : one;
}

// A document of VCDM 1.1 has older names for its dates.
function withNewerDates(value) {
  if (!Array.isArray(value["@context"]) || value["@context"][0] !== V1) return value;
  const renamed = { ...value };
  for (const [older, newer] of [["issuanceDate", "validFrom"], ["expirationDate", "validUntil"]]) {
    if (older in renamed && !(newer in renamed)) {
      renamed[newer] = renamed[older];
      delete renamed[older];
    }
  }
  return renamed;
}

function credential(found) {
  const [first, second] = found["@context"];
  const isKnown = typeof second === "string" && /^https:\/\/purl\.imsglobal\.org\/spec\/ob\/v3p0\/context[^]*\.json$/.test(second);
  if (![V1, V2].includes(first) || !isKnown) broken("context");
  if (found.type.length && !found.type.includes("VerifiableCredential")) broken("type");
  // VCDM 4.9: validFrom is not later than validUntil.
  if (found.validUntil !== null && found.validUntil < found.validFrom) broken("valid-until");
}

function subject(found) {
  if (found.id === null && !found.identifier.length) broken("earner");
  const described = new Map(found.achievement.resultDescription.map((each) => [each.id, each]));
  for (const result of found.result) {
    if (result.resultDescription === null) continue;
    const description = described.get(result.resultDescription);
    if (!description) broken("result-description");
    if (description.resultType === "Status" && result.status === null) broken("result-status");
  }
  if (found.activityStartDate !== null && found.activityEndDate !== null && found.activityEndDate < found.activityStartDate) broken("activity-end");
}

const RENAMED = { OpenBadgeCredential: withNewerDates, EndorsementCredential: withNewerDates };
const RULES = {
  OpenBadgeCredential: credential,
  EndorsementCredential: credential,
  AchievementSubject: subject,
  Achievement: ({ resultDescription }) => {
    if (new Set(resultDescription.map(({ id }) => id)).size !== resultDescription.length) broken("result-description");
  },
  IdentityObject: ({ hashed, identityHash }) => {
    if (hashed && !HASH.test(identityHash)) broken("identity-hash");
  },
};

export const issuerId = ({ issuer }) => (typeof issuer === "string" ? issuer : issuer.id);
export const statuses = ({ credentialStatus }) => (credentialStatus === null ? [] : [credentialStatus].flat());
