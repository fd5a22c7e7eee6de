// What each term means at one place of a document (JSON-LD 1.1 API, 4.1 and 4.2, over term tables), as
// accredit/kit/linkeddata/active_context.py has it. An active context never changes: to enter a type, a property or a
// list of contexts gives another one.

import { Refused } from "./refused.js";

const KEYWORDS = new Set(
  ("@base @container @context @default @direction @graph @id @import @included @index @json @language @list @nest " +
    "@none @prefix @propagate @protected @reverse @set @type @value @version @vocab").split(" "),
);
const BASE_CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"];
const MAX_CONTEXTS = 8;
// White space beyond ASCII has no place in an IRI either (RFC 3987 §2.2).
const ABSOLUTE_IRI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x85\ufeff<>"{}|^`\\]*$/u;
const BLANK_NODE = /^_:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/;

export const isAbsolute = (value) => ABSOLUTE_IRI.test(value);
export const isNodeName = (value) => isAbsolute(value) || BLANK_NODE.test(value);

const refuse = (code) => {
  throw new Refused("linkeddata", code);
};

export class ActiveContext {
  constructor(tables, terms, vocab, previous) {
    this.tables = tables;
    this.terms = terms;
    this.vocab = vocab;
    this.previous = previous;
    this.prefixes = new Map([...terms].filter(([, term]) => term.isPrefix).map(([name, term]) => [name, term.iri]));
    this.iris = new Set([...terms.values()].map((term) => term.iri));
    this.idNames = this.namesOf("@id");
    this.typeNames = this.namesOf("@type");
  }

  namesOf(keyword) {
    return [keyword, ...[...this.terms].filter(([, term]) => term.iri === keyword).map(([name]) => name)];
  }

  forContexts(urls) {
    checkContexts(urls, this.tables);
    return urls.reduce((found, url) => process(found, this.tables.get(url)), this);
  }

  forTypes(types) {
    const opening = [...new Set(types.filter((name) => this.terms.get(name)?.opensScope))].sort();
    return opening.reduce((found, name) => process(found, this.terms.get(name).scope, { keeps: this }), this);
  }

  forProperty(term) {
    return process(this, term.scope, { overrides: true });
  }

  // A member named by its IRI means nothing here: JSON-LD would sign it as the term, but whoever looks for
  // `validUntil` or `credentialStatus` by name would not find it, and call the badge current.
  term(key) {
    const known = this.terms.get(key);
    if (known) return known;
    const iri = key.includes(":") ? null : this.expand(key, true);
    if (iri === null || !isAbsolute(iri)) return null;
    return { iri, type: null, container: null, isPrefix: false, isProtected: false, scope: null, opensScope: false };
  }

  expand(value, vocab) {
    if (value.startsWith("@") && (KEYWORDS.has(value) || /^@[A-Za-z]+$/.test(value))) {
      return KEYWORDS.has(value) ? value : null;
    }
    if (vocab && this.terms.has(value)) return this.terms.get(value).iri;
    const colon = value.indexOf(":", 1);
    if (colon > 0) {
      const prefix = value.slice(0, colon);
      const suffix = value.slice(colon + 1);
      const isCompact = prefix !== "_" && !suffix.startsWith("//") && this.prefixes.has(prefix);
      return isCompact ? this.prefixes.get(prefix) + suffix : value;
    }
    return vocab && this.vocab !== null ? this.vocab + value : value;
  }
}

export const initial = (tables) => new ActiveContext(tables, new Map(), null, null);

function checkContexts(urls, tables) {
  if (urls.length === 0 || urls.length > MAX_CONTEXTS) refuse("context_order");
  if (urls.some((url) => !tables.has(url))) refuse("context_not_pinned");
  // VCDM 2.0 §4.3: an ordered set whose first item is the base context.
  if (!BASE_CONTEXTS.includes(urls[0]) || urls.slice(1).some((url) => BASE_CONTEXTS.includes(url))) {
    refuse("context_order");
  }
  if (new Set(urls).size !== urls.length) refuse("context_order");
}

function process(active, scope, { keeps = null, overrides = false } = {}) {
  const previous = active.previous ?? keeps;
  if (scope === null) {
    if (!overrides && [...active.terms.values()].some((term) => term.isProtected)) refuse("protected_term");
    return new ActiveContext(active.tables, new Map(), null, keeps);
  }
  const building = new Building(active, scope, overrides);
  for (const name of scope.entries.keys()) building.define(name);
  return new ActiveContext(active.tables, building.terms, building.vocab, previous);
}

class Building {
  constructor(active, scope, overrides) {
    this.terms = new Map(active.terms);
    this.vocab = active.vocab;
    this.scope = scope;
    this.overrides = overrides;
    this.isDone = new Map();
    if (scope.vocab !== null) this.vocab = this.expand(scope.vocab);
  }

  define(name) {
    if (this.isDone.has(name)) {
      if (!this.isDone.get(name)) refuse("context_cycle");
      return;
    }
    this.isDone.set(name, false);
    const before = this.terms.get(name);
    this.terms.delete(name);
    let term = this.definition(this.scope.entries.get(name));
    if (before?.isProtected && !this.overrides) {
      if (!meansTheSame(term, before)) refuse("protected_term");
      term = before;
    }
    this.terms.set(name, term);
    this.isDone.set(name, true);
  }

  definition(entry) {
    const type = entry.type === null || entry.type.startsWith("@") ? entry.type : this.expand(entry.type);
    return { ...entry, iri: this.expand(entry.iri), type, isProtected: this.scope.isProtected };
  }

  expand(value) {
    if (KEYWORDS.has(value)) return value;
    if (this.scope.entries.has(value)) this.define(value);
    if (this.terms.has(value)) return this.terms.get(value).iri;
    const colon = value.indexOf(":");
    if (colon >= 0 && !value.startsWith("//", colon + 1)) {
      const prefix = value.slice(0, colon);
      if (this.scope.entries.has(prefix)) this.define(prefix);
      if (this.terms.get(prefix)?.isPrefix) return this.terms.get(prefix).iri + value.slice(colon + 1);
    }
    return colon < 0 && this.vocab !== null ? this.vocab + value : value;
  }
}

// 4.2.2, step 27: everything but protection itself.
function meansTheSame(one, other) {
  const plain = ["iri", "type", "container", "isPrefix", "opensScope"];
  return plain.every((name) => one[name] === other[name]) && sameScope(one.scope, other.scope);
}

function sameScope(one, other) {
  if (one === null || other === null || one === other) return one === other;
  return (
    one.isProtected === other.isProtected &&
    one.vocab === other.vocab &&
    one.entries.size === other.entries.size &&
    [...one.entries].every(([name, entry]) => other.entries.has(name) && meansTheSame(entry, other.entries.get(name)))
  );
}
