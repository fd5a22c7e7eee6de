// Untrusted bytes → one credential, or the reason why not (accredit/domain/verification/reading.py and
// accredit/kit/openbadges/detect.py). Reading proves nothing.

import { text as decode } from "./bytes.js";
import { fromPdf } from "./pdf.js";
import { SIGNATURE, fromPng } from "./png.js";
import { Refused } from "./refused.js";
import { isObject, read } from "./strict_json.js";
import { fromSvg } from "./svg.js";
import { readToken } from "./tokens.js";

const MAX_BYTES = 1_000_000;
// Archives and office documents, pictures of other kinds, PostScript, pages and messages.
const OTHERS =
  /^(?:PK\x03\x04|\xd0\xcf\x11\xe0|Rar!|7z\xbc\xaf|\x1f\x8b|[^]{4}ftyp|RIFF[^]{4}WEBP|GIF8|BM[^]{4}\0\0|II\*\0|MM\0\*|%!PS|\xc5\xd0\xd3\xc6|\x7fELF|MZ|\s*<(?:![Dd][Oo][Cc][Tt][Yy][Pp][Ee]\s+[Hh][Tt][Mm][Ll]|[Hh][Tt][Mm][Ll]|[Hh][Ee][Aa][Dd]|[Bb][Oo][Dd][Yy])[\s>]|(?:Return-Path|Received|From|MIME-Version|Delivered-To|Message-ID):\s)/;
const OLDER_CONTEXTS = ["https://w3id.org/openbadges/", "https://openbadgespec.org/", "http://openbadgespec.org/"];
const MEMBERS = ["@context", "issuer", "credentialSubject", "proof"];
const looksLikeOne = (document) => isObject(document) && MEMBERS.some((name) => name in document);
const CONTAINER = {
  unknown_kind: "no_credential",
  no_credential: "no_credential",
  multiple_credentials: "multiple_credentials",
  pdf_encrypted: "password_protected",
  credential_size: "too_large",
  pdf_size: "too_large",
  png_size: "too_large",
  svg_size: "too_large",
};
const JSON_CODES = { duplicate_json_key: "duplicate_json_key", json_too_large: "too_large", json_too_deep: "too_complex" };
const TOKEN = { ...JSON_CODES, token_too_large: "too_large", header_too_large: "too_large", not_a_credential: "no_credential" };
// What makes a token false as soon as it is read, whoever signed it.
const TOKEN_FALSE = {
  alg_not_allowed: "alg_not_allowed",
  crit_not_allowed: "header_not_allowed",
  header_not_allowed: "header_not_allowed",
  wrong_typ: "wrong_token_type",
  vc_claim_not_allowed: "claims_differ",
  iss_mismatch: "claims_differ",
  sub_mismatch: "claims_differ",
  jti_mismatch: "claims_differ",
  nbf_mismatch: "claims_differ",
  exp_mismatch: "claims_differ",
  claim_malformed: "proof_malformed",
  issuer_missing: "open_badges_rules",
};

export class NotReadable extends Error {
  constructor(reason, kind, isFalse = false) {
    super(reason);
    Object.assign(this, { reason, kind, isFalse });
  }
}

// What a file looks like from its first bytes; the reader of that kind decides.
export function kindOf(bytes) {
  if (SIGNATURE.every((byte, at) => bytes[at] === byte)) return "png";
  const start = latin(bytes, 65_536);
  if (start.startsWith("%PDF-")) return "pdf";
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (OTHERS.test(start)) return "other-file";
  const trimmed = start.slice(0, 4096).replace(/^\xef\xbb\xbf/, "").replace(/^[ \t\r\n]+/, "");
  if (/^(?:\[[ \t\r\n]*)?\{/.test(trimmed)) return "json";
  if (trimmed.startsWith("<")) return /<(?:[A-Za-z_][\w.-]*:)?svg[\s>/]/.test(start) ? "svg" : "unknown";
  const isToken = bytes.length <= MAX_BYTES && /^[ \t\r\n]*[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*[ \t\r\n]*$/.test(latin(bytes));
  return isToken ? "jwt" : "unknown";
}

// Gives {document, kind, token, notBefore, expires, evidence}; throws NotReadable.
export async function readCredential(bytes, evidenceName) {
  const kind = kindOf(bytes);
  if (kind === "other-file") throw new NotReadable("other_kind_of_file", kind);
  if (kind === "unknown" && /^(?:\xef\xbb\xbf)?c2sp\.org\/tlog-proof@/.test(latin(bytes, 60))) throw new NotReadable("receipt_alone", kind);
  let found;
  try {
    found = await unbake(bytes, kind, evidenceName);
  } catch (error) {
    throw error instanceof Refused ? new NotReadable(CONTAINER[error.code] ?? "malformed", kind) : error;
  }
  const inner = kindOf(found.credential);
  if (inner === "jwt") {
    const token = decode(found.credential);
    // A token has one spelling: white space around it would be a second one.
    if (token !== token.trim()) throw new NotReadable("malformed", kind);
    return { ...tokenIn(token, kind), evidence: found.evidence };
  }
  if (inner !== "json") throw new NotReadable("no_credential", kind);
  let document;
  try {
    document = read(found.credential);
  } catch (error) {
    throw error instanceof Refused ? new NotReadable(JSON_CODES[error.code] ?? "malformed", kind) : error;
  }
  if (isObject(document) && isOlderBadge(document)) throw new NotReadable("open_badges_2", kind);
  if (Array.isArray(document) && document.filter(looksLikeOne).length > 1) throw new NotReadable("multiple_credentials", kind);
  if (!looksLikeOne(document)) throw new NotReadable("no_credential", kind);
  return { document, kind, token: null, notBefore: null, expires: null, evidence: found.evidence };
}

// An assertion of Open Badges 1 or 2, which is signed and checked in another way.
function isOlderBadge(document) {
  if ("credentialSubject" in document) return false;
  const named = [document["@context"]].flat().some((each) => typeof each === "string" && OLDER_CONTEXTS.some((start) => each.startsWith(start)));
  return named || ("badge" in document && "recipient" in document);
}

const latin = (bytes, end) => new TextDecoder("latin1").decode(bytes.subarray(0, end));

async function unbake(bytes, kind, evidenceName) {
  switch (kind) {
    case "png":
      return fromPng(bytes, evidenceName);
    case "svg":
      return fromSvg(bytes, evidenceName);
    case "pdf":
      return fromPdf(bytes, evidenceName);
    case "json":
      if (bytes.length > MAX_BYTES) throw new Refused("container", "credential_size");
      return { credential: bytes, evidence: null };
    case "jwt":
      return { credential: bytes, evidence: null };
    case "jpeg":
      // A picture of a certificate may show a code, which leads to a page; there is none here.
      throw new Refused("container", "no_credential");
    default:
      throw new Refused("container", "unknown_kind");
  }
}

function tokenIn(token, kind) {
  try {
    const { document, notBefore, expires } = readToken(token);
    return { document, kind, token, notBefore, expires };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.code in TOKEN_FALSE) throw new NotReadable(TOKEN_FALSE[error.code], kind, true);
    throw new NotReadable(TOKEN[error.code] ?? "malformed", kind);
  }
}
