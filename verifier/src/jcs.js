// JSON Canonicalization Scheme (RFC 8785): one byte form for one JSON value. JavaScript writes texts and numbers as it
// asks; what is left is the order of names, and to refuse what another reader would read as another number.

import { Refused } from "./refused.js";
import { Inexact } from "./strict_json.js";

export function canonical(value) {
  if (value instanceof Inexact) {
    const written = String(Number(value.token));
    if (written !== value.token) throw new Refused("linkeddata", "ambiguous_number");
    return written;
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
