// The objects of a PDF (ISO 32000-1 §7.3): names, numbers, texts, lists, dictionaries, references, streams.
// Bounded in depth and length; nothing is guessed, and what is not well formed is refused.

import { Refused } from "./refused.js";

const SPACE = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const DELIMITERS = new Set([..."()<>[]{}/%"].map((character) => character.charCodeAt(0)));
const MAX_DEPTH = 100;
const ESCAPES = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "(": "(", ")": ")", "\\": "\\" };

export const damaged = () => {
  throw new Refused("container", "pdf_damaged");
};

export class Name {
  constructor(text) {
    this.text = text;
  }
}

export class Reference {
  constructor(number) {
    this.number = number;
  }
}

export class Stream {
  constructor(dictionary, raw) {
    this.dictionary = dictionary;
    this.raw = raw;
  }
}

export const isDictionary = (value) => value instanceof Map;

export class Parser {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.depth = 0;
  }

  space() {
    for (;;) {
      while (SPACE.has(this.bytes[this.at])) this.at += 1;
      if (this.bytes[this.at] !== 0x25) return;
      while (this.at < this.bytes.length && this.bytes[this.at] !== 0x0a && this.bytes[this.at] !== 0x0d) this.at += 1;
    }
  }

  startsWith(word) {
    for (let place = 0; place < word.length; place += 1) {
      if (this.bytes[this.at + place] !== word.charCodeAt(place)) return false;
    }
    return true;
  }

  take(word) {
    this.space();
    if (!this.startsWith(word)) damaged();
    this.at += word.length;
  }

  // A run of regular characters: a number, a keyword.
  word() {
    this.space();
    const from = this.at;
    while (this.at < this.bytes.length && !SPACE.has(this.bytes[this.at]) && !DELIMITERS.has(this.bytes[this.at])) this.at += 1;
    if (this.at - from > 1_000) damaged();
    return latin(this.bytes.subarray(from, this.at));
  }

  integer() {
    const written = this.word();
    return /^[0-9]{1,10}$/.test(written) ? Number(written) : damaged();
  }

  value() {
    this.space();
    this.depth += 1;
    if (this.depth > MAX_DEPTH) damaged();
    const found = this.anything();
    this.depth -= 1;
    return found;
  }

  anything() {
    if (this.startsWith("<<")) return this.dictionary();
    switch (String.fromCharCode(this.bytes[this.at] ?? 0)) {
      case "/":
        return this.name();
      case "(":
        return this.literal();
      case "<":
        return this.hexadecimal();
      case "[":
        return this.list();
      default:
        return this.plain();
    }
  }

  plain() {
    const written = this.word();
    if (written === "true" || written === "false") return written === "true";
    if (written === "null") return null;
    if (/^[0-9]{1,10}$/.test(written)) {
      const after = this.at;
      const generation = this.word();
      if (/^[0-9]{1,5}$/.test(generation) && this.word() === "R") return new Reference(Number(written));
      this.at = after;
    }
    return /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/.test(written) ? Number(written) : damaged();
  }

  name() {
    this.at += 1;
    const from = this.at;
    while (this.at < this.bytes.length && !SPACE.has(this.bytes[this.at]) && !DELIMITERS.has(this.bytes[this.at])) this.at += 1;
    const written = latin(this.bytes.subarray(from, this.at));
    return new Name(written.replace(/#([0-9A-Fa-f]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16))));
  }

  literal() {
    let found = "";
    let open = 1;
    for (this.at += 1; ; this.at += 1) {
      if (this.at >= this.bytes.length) damaged();
      const character = String.fromCharCode(this.bytes[this.at]);
      if (character === "\\") found += this.escaped();
      else {
        if (character === "(") open += 1;
        if (character === ")") open -= 1;
        if (open === 0) break;
        found += character;
      }
    }
    this.at += 1;
    return found;
  }

  escaped() {
    this.at += 1;
    const octal = /^[0-7]{1,3}/.exec(latin(this.bytes.subarray(this.at, this.at + 3)));
    if (octal) {
      this.at += octal[0].length - 1;
      return String.fromCharCode(parseInt(octal[0], 8) & 0xff);
    }
    const character = String.fromCharCode(this.bytes[this.at] ?? 0);
    if (character === "\r" && this.bytes[this.at + 1] === 0x0a) this.at += 1;
    return character === "\r" || character === "\n" ? "" : (ESCAPES[character] ?? character);
  }

  hexadecimal() {
    const end = this.bytes.indexOf(0x3e, this.at);
    if (end < 0) damaged();
    const digits = latin(this.bytes.subarray(this.at + 1, end)).replace(/[\x00\s]/g, "");
    if (!/^[0-9A-Fa-f]*$/.test(digits)) damaged();
    this.at = end + 1;
    return (digits.length % 2 ? `${digits}0` : digits).replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16)));
  }

  list() {
    const found = [];
    this.at += 1;
    for (;;) {
      this.space();
      if (this.startsWith("]")) break;
      if (this.at >= this.bytes.length) damaged();
      found.push(this.value());
    }
    this.at += 1;
    return found;
  }

  dictionary() {
    const found = new Map();
    this.at += 2;
    for (;;) {
      this.space();
      if (this.startsWith(">>")) break;
      const name = this.value();
      if (!(name instanceof Name)) damaged();
      found.set(name.text, this.value());
    }
    this.at += 2;
    return found;
  }
}

export function latin(bytes) {
  let found = "";
  for (let at = 0; at < bytes.length; at += 8192) found += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return found;
}
