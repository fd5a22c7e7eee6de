// RDF literals in canonical N-Quads, as accredit/kit/linkeddata/literals.py and values.py write them: text, numbers,
// languages, JSON. Refused is whatever implementations are known to write in different ways.

import { isNodeName } from "./active_context.js";
import { canonical } from "./jcs.js";
import { Refused } from "./refused.js";
import { Inexact } from "./strict_json.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
export const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const I18N = "https://www.w3.org/ns/i18n#";
const SHORT = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\" };

const refuse = (code) => {
  throw new Refused("linkeddata", code);
};

export function quote(text) {
  const escaped = text.replace(/[\x00-\x1f\x7f"\\\ufffe\uffff]/g, (character) => {
    if (character >= "\ufffe") refuse("ambiguous_character");
    return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

export const typed = (text, datatype) => quote(text) + (datatype === `${XSD}string` ? "" : `^^<${datatype}>`);

export function datatypeOf(datatype) {
  return isNodeName(datatype) && !datatype.startsWith("_:") ? datatype : refuse("relative_type");
}

export function scalar(value, datatype) {
  const coerced = datatype === null || datatype.startsWith("@") ? null : datatypeOf(datatype);
  if (typeof value === "boolean") return typed(String(value), coerced ?? `${XSD}boolean`);
  if (value instanceof Inexact) return refuse("ambiguous_number");
  if (typeof value === "number") {
    // Below 1e-6 one implementation looks at the spelling of the number and writes 0.
    return value !== 0 && Math.abs(value) < 1e-6 ? refuse("ambiguous_number") : number(value, coerced);
  }
  if (value === null) return refuse("null_value");
  return refuse(Array.isArray(value) ? "nested_array" : "not_json");
}

// JSON-LD 1.1 API §8.6: whole below 1e21 as an integer, anything else as a double.
function number(value, datatype) {
  if (Math.abs(value) < 1e21 && Number.isInteger(value) && datatype !== `${XSD}double`) {
    return typed(String(value), datatype ?? `${XSD}integer`);
  }
  const [mantissa, exponent] = value.toExponential(15).split("e");
  const digits = mantissa.replace(/0+$/, "").replace(/\.$/, ".0");
  const written = value === 0 ? "0.0E0" : `${digits}E${Number(exponent)}`;
  return typed(written, datatype ?? `${XSD}double`);
}

export const jsonLiteral = (value) => typed(canonical(value), `${RDF}JSON`);

export function valueObject(members, term, context) {
  const known = new Map();
  for (const [key, value] of Object.entries(members)) {
    const keyword = context.terms.get(key)?.iri ?? key;
    if (!["@value", "@type", "@language", "@direction"].includes(keyword)) refuse("invalid_value_object");
    if (known.has(keyword)) refuse("colliding_keywords");
    known.set(keyword, value);
  }
  const value = known.get("@value");
  let datatype = known.get("@type");
  if (datatype === "@json") return known.size === 2 ? jsonLiteral(value) : refuse("invalid_value_object");
  if (known.has("@language") || known.has("@direction")) return languageValue(value, known);
  if (known.has("@type")) {
    const expanded = typeof datatype === "string" ? context.expand(datatype, true) : null;
    if (expanded === null || !isNodeName(expanded) || expanded.startsWith("_:")) refuse("relative_type");
    if (expanded === term.type) refuse("needless_type");
    datatype = expanded;
  }
  if (typeof value === "string") return typed(value, datatype || `${XSD}string`);
  return scalar(value, datatype ?? null);
}

function languageValue(value, known) {
  const language = known.get("@language");
  const direction = known.get("@direction");
  if (typeof value !== "string" || known.has("@type")) refuse("invalid_value_object");
  const isTag = typeof language === "string" && /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(language);
  if (known.has("@language") && !isTag) refuse("invalid_language");
  if (known.has("@direction") && direction !== "ltr" && direction !== "rtl") refuse("invalid_direction");
  if (direction !== undefined) return `${quote(value)}^^<${I18N}${(language ?? "").toLowerCase()}_${direction}>`;
  return `${quote(value)}@${language.toLowerCase()}`;
}
