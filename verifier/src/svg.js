// A credential in an SVG: one openbadges:credential (accredit/kit/openbadges/svg.py). Read by the browser's own XML
// reader into a document that is never shown; a document type is refused before that, so there are no entities to follow.

import { text as decode, utf8 } from "./bytes.js";
import { Refused } from "./refused.js";

const NAMESPACE = "https://purl.imsglobal.org/ob/v3p0";
const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
const MAX_DEPTH = 64;
// The one line that many drawing programs write, and that declares nothing.
const DOCTYPE =
  /^((?:\ufeff)?(?:\s+|<\?[^]*?\?>|<!--[^]*?-->)*)<!DOCTYPE\s+svg\s+PUBLIC\s+(?:"-\/\/W3C\/\/DTD SVG 1\.0\/\/EN"\s+"http:\/\/www\.w3\.org\/TR\/2001\/REC-SVG-20010904\/DTD\/svg10|"-\/\/W3C\/\/DTD SVG 1\.1\/\/EN"\s+"http:\/\/www\.w3\.org\/Graphics\/SVG\/1\.1\/DTD\/svg11)\.dtd"\s*>/;

const refuse = (code) => {
  throw new Refused("container", code);
};

export function fromSvg(svg) {
  if (svg.length > 5_000_000) refuse("svg_size");
  let written;
  try {
    written = decode(svg).replace(DOCTYPE, "$1");
  } catch {
    refuse("svg_syntax");
  }
  // Inside CDATA or a comment the same letters would be harmless; nobody needs them there.
  if (/<!DOCTYPE|<!ENTITY/i.test(written.replace(/<!\[CDATA\[[^]*?\]\]>|<!--[^]*?-->/g, ""))) refuse("svg_dtd");
  const document = new DOMParser().parseFromString(written, "image/svg+xml");
  if (document.getElementsByTagName("parsererror").length) refuse("svg_syntax");
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
  const data = utf8(found[0]);
  return data.length > 1_000_000 ? refuse("credential_size") : data;
}

function checkDepth(element, depth) {
  if (depth > MAX_DEPTH) refuse("svg_depth");
  for (const child of element.children) checkDepth(child, depth + 1);
}
