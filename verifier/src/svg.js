// A credential in an SVG: one openbadges:credential (accredit/kit/openbadges/svg.py), and the evidence in an element of
// our own. Read by the browser's own XML reader into a document that is never shown; a document type is refused before
// that, so there are no entities to follow.

import { text as decode, utf8 } from "./bytes.js";
import { Refused } from "./refused.js";

const NAMESPACE = "https://purl.imsglobal.org/ob/v3p0";
const FILES = "urn:uuid:6f0a7a1e-3c0b-4a53-9d6e-5a9b1f2d7c84";
const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
const MAX_DEPTH = 64;
const MAX_TEXT = 1_000_000;
// The one line that many drawing programs write, and that declares nothing.
const DOCTYPE =
  /<!DOCTYPE\s+svg\s+PUBLIC\s+(?:"-\/\/W3C\/\/DTD SVG 1\.0\/\/EN"\s+"http:\/\/www\.w3\.org\/TR\/2001\/REC-SVG-20010904\/DTD\/svg10|"-\/\/W3C\/\/DTD SVG 1\.1\/\/EN"\s+"http:\/\/www\.w3\.org\/Graphics\/SVG\/1\.1\/DTD\/svg11)\.dtd"\s*>/y;
const SPACE = /\s+/y;

const refuse = (code) => {
  throw new Refused("container", code);
};

// Gives {credential, evidence}: the bytes of each; null for evidence that is not there, or not once.
export function fromSvg(svg, evidenceName) {
  if (svg.length > 5_000_000) refuse("svg_size");
  let written;
  try {
    written = withoutDoctype(decode(svg));
  } catch (error) {
    if (error instanceof Refused) throw error;
    refuse("svg_syntax");
  }
  const document = new DOMParser().parseFromString(written, "image/svg+xml");
  if (document.getElementsByTagName("parsererror").length) refuse("svg_syntax");
  if (document.doctype) refuse("svg_dtd");
  const root = document.documentElement;
  if (root.namespaceURI !== SVG_NAMESPACE || root.localName !== "svg") refuse("svg_root");
  checkDepth(root, 1);
  const found = [];
  for (const element of document.getElementsByTagNameNS(NAMESPACE, "credential")) {
    if (element.firstElementChild) refuse("svg_credential");
    // An empty attribute states nothing; a full one beside a full body states two credentials.
    for (const stated of [element.getAttribute("verify") ?? "", element.textContent]) {
      if (stated.trim()) found.push(stated.trim());
    }
  }
  if (!found.length) refuse("no_credential");
  if (found.length > 1) refuse("multiple_credentials");
  const credential = utf8(found[0]);
  return credential.length > MAX_TEXT ? refuse("credential_size") : { credential, evidence: evidenceIn(root, evidenceName) };
}

// Directly inside the drawing, and of its text only what is its own.
function evidenceIn(root, name) {
  const found = [...root.children].filter((each) => each.namespaceURI === FILES && each.localName === "file" && each.getAttribute("name") === name);
  if (found.length !== 1) return null;
  const own = [...found[0].childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE || nodeType === Node.CDATA_SECTION_NODE);
  const data = utf8(own.map(({ data: text }) => text).join(""));
  return data.length > MAX_TEXT ? null : data;
}

function checkDepth(element, depth) {
  if (depth > MAX_DEPTH) refuse("svg_depth");
  for (const child of element.children) checkDepth(child, depth + 1);
}

// A document type stands behind the prolog or nowhere (XML 1.0 §2.8), so only there is it looked for: each part of the
// prolog is taken once, and what stands inside a comment or an instruction is neither the one nor the other.
function withoutDoctype(written) {
  let at = written.startsWith("\ufeff") ? 1 : 0;
  for (let before = -1; at > before; ) {
    before = at;
    SPACE.lastIndex = at;
    if (SPACE.test(written)) at = SPACE.lastIndex;
    for (const [start, end] of [["<!--", "-->"], ["<?", "?>"]]) {
      if (!written.startsWith(start, at)) continue;
      const found = written.indexOf(end, at + start.length);
      if (found < 0) refuse("svg_syntax");
      at = found + end.length;
    }
  }
  DOCTYPE.lastIndex = at;
  if (DOCTYPE.test(written)) return written.slice(0, at) + written.slice(DOCTYPE.lastIndex);
  return /^<!DOCTYPE/i.test(written.slice(at, at + 9)) ? refuse("svg_dtd") : written;
}
