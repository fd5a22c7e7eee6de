// JSON that every reader reads in the same way (RFC 8259 within the limits of RFC 7493), as
// accredit/kit/linkeddata/strict_json.py reads it: no name twice in an object, no number that a double cannot hold, no
// half characters, not too long and not too deep. JavaScript's own reader lets the first of these pass.

import { Refused } from "./refused.js";
import { text as decode, utf8 } from "./bytes.js";

export const MAX_BYTES = 1_000_000;
const MAX_DEPTH = 64;
const MAX_NUMBER_LENGTH = 400;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

// An integer that no double holds exactly: most readers would see another number.
export class Inexact {
  constructor(token) {
    this.token = token;
  }
}

const refuse = (code) => {
  throw new Refused("json", code);
};

export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Inexact);

export function readObject(data, limits) {
  const value = read(data, limits);
  return isObject(value) ? value : refuse("json_not_an_object");
}

export function read(data, { maxBytes = MAX_BYTES, maxDepth = MAX_DEPTH } = {}) {
  const bytes = typeof data === "string" ? utf8(data) : data;
  if (bytes.length > maxBytes) refuse("json_too_large");
  let text;
  try {
    text = decode(bytes);
  } catch {
    refuse("json_not_utf8");
  }
  return new Reader(text.startsWith("\ufeff") ? text.slice(1) : text, maxDepth).whole();
}

class Reader {
  constructor(text, maxDepth) {
    this.text = text;
    this.at = 0;
    this.depth = 0;
    this.maxDepth = maxDepth;
  }

  whole() {
    const value = this.value();
    this.space();
    return this.at === this.text.length ? value : refuse("json_syntax");
  }

  space() {
    while (" \t\n\r".includes(this.text[this.at] || "x")) this.at += 1;
  }

  take(token) {
    if (!this.text.startsWith(token, this.at)) refuse("json_syntax");
    this.at += token.length;
  }

  value() {
    this.space();
    switch (this.text[this.at]) {
      case "{":
        return this.nested(() => this.object());
      case "[":
        return this.nested(() => this.list());
      case '"':
        return this.string();
      case "t":
        this.take("true");
        return true;
      case "f":
        this.take("false");
        return false;
      case "n":
        this.take("null");
        return null;
      default:
        return this.number();
    }
  }

  nested(read) {
    this.at += 1;
    this.depth += 1;
    if (this.depth > this.maxDepth) refuse("json_too_deep");
    const value = read();
    this.depth -= 1;
    return value;
  }

  list() {
    const found = [];
    this.space();
    if (this.text[this.at] === "]") {
      this.at += 1;
      return found;
    }
    for (;;) {
      found.push(this.value());
      this.space();
      if (this.text[this.at] === "]") break;
      this.take(",");
    }
    this.at += 1;
    return found;
  }

  object() {
    // Without a prototype, so that a member may be called whatever it likes.
    const found = Object.create(null);
    let isTwice = false;
    this.space();
    if (this.text[this.at] === "}") {
      this.at += 1;
      return found;
    }
    for (;;) {
      this.space();
      const name = this.string();
      this.space();
      this.take(":");
      isTwice ||= name in found;
      found[name] = this.value();
      this.space();
      if (this.text[this.at] === "}") break;
      this.take(",");
    }
    this.at += 1;
    return isTwice ? refuse("duplicate_json_key") : found;
  }

  string() {
    if (this.text[this.at] !== '"') refuse("json_syntax");
    let found = "";
    let from = (this.at += 1);
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (!(code >= 0x20)) refuse("json_syntax");
      if (code === 0x22) break;
      if (code === 0x5c) {
        found += this.text.slice(from, this.at) + this.escape();
        from = this.at;
      } else {
        this.at += 1;
      }
    }
    found += this.text.slice(from, this.at);
    this.at += 1;
    return isWhole(found) ? found : refuse("json_surrogate");
  }

  escape() {
    const kind = this.text[this.at + 1];
    if (kind === "u") {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) refuse("json_syntax");
      this.at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    if (!(kind in ESCAPES)) refuse("json_syntax");
    this.at += 2;
    return ESCAPES[kind];
  }

  number() {
    const rest = this.text.slice(this.at, this.at + MAX_NUMBER_LENGTH + 2);
    if (/^(?:NaN|-?Infinity)/.test(rest)) refuse("json_number");
    const [token, fraction, exponent] = /^-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/.exec(rest) ?? refuse("json_syntax");
    if (token.length > MAX_NUMBER_LENGTH) refuse("json_number");
    this.at += token.length;
    const value = Number(token);
    if (fraction !== undefined || exponent !== undefined) return Number.isFinite(value) ? value : refuse("json_number");
    const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && BigInt(value) === BigInt(token));
    return isExact ? value : new Inexact(token);
  }
}

function isWhole(text) {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(at + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
    at += 1;
  }
  return true;
}
