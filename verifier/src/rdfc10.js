// RDF Dataset Canonicalization (RDFC-1.0) with a budget of work, as accredit/kit/linkeddata/rdfc10.py: poisoned
// datasets ask for more steps than anybody could take, and are refused instead of computed.

import { sha256, sha384 } from "@noble/hashes/sha2.js";
import { byCodePoint, hex, utf8 } from "./bytes.js";
import { toQuads } from "./mapper.js";
import { Refused } from "./refused.js";

const BUDGET = 3_000_000;
export const HASHES = { sha256, sha384 };

// The canonical N-Quads of a JSON-LD document, as bytes.
export function canonicalise(document, tables, hashName = "sha256") {
  const quads = toQuads(document, tables);
  return utf8(statements(quads, issueNames(quads, hashName)).join(""));
}

// The canonical name of each unnamed object.
export const issueNames = (quads, hashName = "sha256") => new Naming(quads, HASHES[hashName]).run();

// The quads as lines in order, under the names that are given.
export function statements(quads, names) {
  const named = (part) => names.get(part) ?? part;
  const lines = quads.map(
    ([subject, predicate, value, graph]) =>
      `${named(subject)} ${predicate} ${named(value)}${graph ? ` ${named(graph)}` : ""} .\n`,
  );
  return lines.sort(byCodePoint);
}

const isBlank = (part) => part.startsWith("_");

class Issuer {
  constructor(prefix, issued = new Map()) {
    this.prefix = prefix;
    this.issued = issued;
  }

  issue(node) {
    if (!this.issued.has(node)) this.issued.set(node, `${this.prefix}${this.issued.size}`);
    return this.issued.get(node);
  }

  copy() {
    return new Issuer(this.prefix, new Map(this.issued));
  }
}

class Naming {
  constructor(quads, digest) {
    this.quads = quads;
    this.digest = digest;
    this.budget = BUDGET;
    this.first = new Map();
    this.mentions = new Map();
    this.canonical = new Issuer("_:c14n");
  }

  // §4.4.3, steps 3 to 5.
  run() {
    for (const quad of this.quads) {
      for (const node of new Set([quad[0], quad[2], quad[3]].filter(isBlank))) append(this.mentions, node, quad);
    }
    const byHash = new Map();
    for (const [node, quads] of this.mentions) {
      this.first.set(node, this.hash(quads.map((quad) => firstDegreeLine(quad, node)).sort(byCodePoint).join("")));
      append(byHash, this.first.get(node), node);
    }
    const shared = [];
    for (const [, nodes] of sorted(byHash)) {
      if (nodes.length === 1) this.canonical.issue(nodes[0]);
      else shared.push(nodes);
    }
    for (const nodes of shared) {
      const results = [];
      for (const node of nodes) {
        if (this.canonical.issued.has(node)) continue;
        const issuer = new Issuer("_:b");
        issuer.issue(node);
        results.push(this.nDegree(node, issuer, 0));
      }
      results.sort((one, other) => byCodePoint(one[0], other[0]));
      for (const [, issuer] of results) for (const node of issuer.issued.keys()) this.canonical.issue(node);
    }
    return this.canonical.issued;
  }

  hash(written) {
    return hex(this.digest(utf8(written)));
  }

  spend(steps) {
    this.budget -= steps;
    if (this.budget < 0) throw new Refused("linkeddata", "work_budget");
  }

  // §4.7: a neighbour, by where it stands in a quad.
  related(node, quad, issuer, position) {
    const name = this.canonical.issued.get(node) ?? issuer.issued.get(node) ?? this.first.get(node);
    return this.hash(position + (position === "g" ? "" : quad[1]) + name);
  }

  neighbours(node, issuer) {
    const groups = new Map();
    const quads = this.mentions.get(node) ?? [];
    // A predicate is hashed as often as it is met, so a long one costs more.
    this.spend(quads.reduce((sum, quad) => sum + 1 + (quad[1].length >> 6), 0));
    for (const quad of quads) {
      for (const [place, position] of [[0, "s"], [2, "o"], [3, "g"]]) {
        const part = quad[place];
        if (isBlank(part) && part !== node) append(groups, this.related(part, quad, issuer, position), part);
      }
    }
    return sorted(groups);
  }

  // §4.8: a node, by everything that can be reached from it.
  nDegree(node, start, depth) {
    if (depth > 200) this.spend(this.budget + 1);
    let issuer = start;
    let written = "";
    for (const [found, group] of this.neighbours(node, issuer)) {
      let chosen = "";
      let chosenIssuer = null;
      for (const order of permutations(group)) {
        const attempt = this.attempt(order, issuer, chosen, depth);
        if (attempt !== null && (chosen === "" || byCodePoint(attempt[0], chosen) < 0)) [chosen, chosenIssuer] = attempt;
      }
      written += found + chosen;
      issuer = chosenIssuer ?? issuer;
    }
    return [this.hash(written), issuer];
  }

  attempt(order, issuer, best, depth) {
    this.spend(order.length + issuer.issued.size);
    let attempt = issuer.copy();
    let path = "";
    const toVisit = [];
    const isWorse = () => best !== "" && path.length >= best.length && byCodePoint(path, best) > 0;
    for (const related of order) {
      let name = this.canonical.issued.get(related);
      if (name === undefined) {
        if (!attempt.issued.has(related)) toVisit.push(related);
        name = attempt.issue(related);
      }
      path += name;
      if (isWorse()) return null;
    }
    for (const related of toVisit) {
      const [found, inner] = this.nDegree(related, attempt, depth + 1);
      path += `${attempt.issue(related)}<${found}>`;
      attempt = inner;
      if (isWorse()) return null;
    }
    return [path, attempt];
  }
}

// §4.6: the node itself as _:a and any other as _:z.
function firstDegreeLine([subject, predicate, value, graph], node) {
  const seen = (part) => (!isBlank(part) ? part : part === node ? "_:a" : "_:z");
  return `${seen(subject)} ${predicate} ${seen(value)}${graph ? ` ${seen(graph)}` : ""} .\n`;
}

function append(groups, key, value) {
  if (groups.has(key)) groups.get(key).push(value);
  else groups.set(key, [value]);
}

const sorted = (groups) => [...groups].sort(([one], [other]) => byCodePoint(one, other));

function* permutations(items) {
  if (items.length <= 1) yield items;
  else {
    for (let at = 0; at < items.length; at += 1) {
      const others = [...items.slice(0, at), ...items.slice(at + 1)];
      for (const rest of permutations(others)) yield [items[at], ...rest];
    }
  }
}
