// A JSON-LD document as RDF statements, losing nothing (VC Data Integrity 2.4.3), step for step as
// accredit/kit/linkeddata/mapper.py does it. Whatever the term tables do not define is refused: it would be shown and
// not be signed. Nothing is ever fetched.

import { initial, isNodeName } from "./active_context.js";
import { RDF, datatypeOf, jsonLiteral, quote, scalar, typed, valueObject } from "./literals.js";
import { Refused } from "./refused.js";
import { isObject } from "./strict_json.js";

const LIMITS = { values: 1_000, quads: 20_000, depth: 64 };
const TYPE = `<${RDF}type>`;

const refuse = (code) => {
  throw new Refused("linkeddata", code);
};

// Gives quads as [subject, predicate, object, graph], each written as in N-Quads, without repetitions.
export function toQuads(document, tables) {
  if (!isObject(document)) refuse("not_an_object");
  if (!("@context" in document)) refuse("context_missing");
  if ("@value" in document) refuse("free_floating_value");
  const mapping = new Mapping();
  mapping.node(document, initial(tables), "");
  if (!mapping.stated) refuse("nothing_to_sign");
  return [...mapping.quads.values()];
}

class Mapping {
  constructor() {
    this.quads = new Map();
    this.stated = 0;
    this.root = "";
    this.blankNodes = 0;
    this.labels = new Map();
    this.depth = 0;
  }

  node(members, entered, graph) {
    this.depth += 1;
    if (this.depth > LIMITS.depth) refuse("too_deep");
    const outer = "@context" in members ? nestedContext(members["@context"], entered) : entered;
    let context = outer;
    const types = keywordMember(members, outer.typeNames);
    const names = types === null ? [] : typeNames(members[types]);
    context = context.forTypes(names);
    const name = keywordMember(members, context.idNames);
    const subject = name === null ? this.blankNode() : this.named(members[name], context);
    for (const each of names) {
      const iri = this.iri(each, outer, true);
      if (!outer.terms.has(each) && outer.iris.has(iri.slice(1, -1))) refuse("iri_as_term");
      this.state(subject, TYPE, iri, graph);
    }
    this.checkDescribedOnce(subject, graph, members, name);
    for (const [key, value] of Object.entries(members)) {
      if (key === "@context" || key === types || key === name) continue;
      const term = context.term(key);
      if (term === null || term.iri.startsWith("@")) refuse(unsignedMember(key));
      this.property(subject, term, value, context, graph);
    }
    this.depth -= 1;
    return subject;
  }

  // A second description of the document inside itself would let members be moved there and out of sight.
  checkDescribedOnce(subject, graph, members, name) {
    if (this.depth === 1) this.root = subject;
    else if (subject === this.root && graph === "" && Object.keys(members).some((each) => each !== name)) {
      refuse("described_twice");
    }
  }

  named(value, context) {
    return typeof value === "string" ? this.iri(value, context, false) : refuse("id_not_text");
  }

  property(subject, term, value, context, graph) {
    const predicate = `<${term.iri}>`;
    if (term.type === "@json") this.state(subject, predicate, jsonLiteral(value), graph);
    else if (term.container === "@list") {
      const items = Array.isArray(value) ? value : [value];
      this.checkCount(items);
      this.state(subject, predicate, this.list(items.map((each) => this.object(each, term, context, graph)), graph), graph);
    } else {
      const values = Array.isArray(value) ? value : [value];
      this.checkCount(values);
      for (const each of values) this.state(subject, predicate, this.object(each, term, context, graph), graph);
    }
  }

  checkCount(items) {
    if (items.length > LIMITS.values) refuse("too_complex");
  }

  list(items, graph) {
    let rest = `<${RDF}nil>`;
    for (const item of items.toReversed?.() ?? [...items].reverse()) {
      const cell = this.blankNode();
      this.state(cell, `<${RDF}first>`, item, graph);
      this.state(cell, `<${RDF}rest>`, rest, graph);
      rest = cell;
    }
    return rest;
  }

  object(value, term, context, graph) {
    if (term.container === "@graph" && (!isObject(value) || "@value" in value)) refuse("unsigned_data");
    if (isObject(value)) {
      if ("@value" in value) return valueObject(value, term, term.opensScope ? context.forProperty(term) : context);
      let inner = context;
      // JSON-LD 1.1 API 5.1.2, step 7: a type's scope ends here, unless this only refers to a node.
      const names = Object.keys(value);
      if (inner.previous !== null && !(names.length === 1 && isId(names[0], inner))) inner = inner.previous;
      if (term.opensScope) inner = inner.forProperty(term);
      return term.container === "@graph" ? this.graph(value, inner) : this.node(value, inner, graph);
    }
    if (typeof value !== "string") return scalar(value, term.type);
    if (term.type === "@id" || term.type === "@vocab") {
      return this.iri(value, term.opensScope ? context.forProperty(term) : context, term.type === "@vocab");
    }
    return term.type === null || term.type === "@none" ? quote(value) : typed(value, datatypeOf(term.type));
  }

  graph(value, context) {
    const inner = this.blankNode();
    const before = this.stated;
    this.node(value, context, inner);
    if (Object.keys(value).length && this.stated === before) refuse("unsigned_data");
    return inner;
  }

  iri(value, context, vocab) {
    const expanded = context.expand(value, vocab);
    // A reader compares identifiers as they are written, so there may be only one way to write each.
    if (!vocab && expanded !== null && expanded !== value) refuse("compact_iri");
    if (expanded === null || !isNodeName(expanded)) refuse(vocab ? "relative_type" : "relative_iri");
    if (!expanded.startsWith("_:")) return `<${expanded}>`;
    // Labels of the document are renamed, so that they never meet one that was made here.
    if (!this.labels.has(expanded)) this.labels.set(expanded, this.blankNode());
    return this.labels.get(expanded);
  }

  blankNode() {
    this.blankNodes += 1;
    return `_:b${this.blankNodes - 1}`;
  }

  state(...quad) {
    this.quads.set(quad.join(" "), quad);
    this.stated += 1;
    if (this.stated > LIMITS.quads) refuse("too_complex");
  }
}

function unsignedMember(key) {
  if (key.includes(":")) return "iri_as_term";
  return key.startsWith("@") ? "unsupported_keyword" : "unsigned_data";
}

function nestedContext(value, context) {
  const urls = typeof value === "string" ? [value] : value;
  if (!Array.isArray(urls) || urls.some((url) => typeof url !== "string")) refuse("context_inline");
  return context.forContexts(urls);
}

function keywordMember(members, names) {
  const found = names.filter((name) => name in members);
  if (found.length > 1) refuse("colliding_keywords");
  return found[0] ?? null;
}

function typeNames(value) {
  const names = Array.isArray(value) ? value : [value];
  return names.every((name) => typeof name === "string") ? names : refuse("type_not_text");
}

const isId = (key, context) => (context.terms.get(key)?.iri ?? key) === "@id";
