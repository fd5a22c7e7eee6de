// The public log: leaves, receipts and signed checkpoints (RFC 6962; C2SP tlog-proof, tlog-checkpoint, signed-note,
// tlog-cosignature), as accredit/kit/ledger reads them.

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equal, fromBase64, fromHex, hex, toNumber, utf8 } from "./bytes.js";
import { canonical } from "./jcs.js";
import { ed25519Verifies } from "./keys.js";
import { Refused } from "./refused.js";

const ED25519 = 0x01;
const COSIGNATURE = 0x04;
const MAX_SIZE = 2n ** 63n - 1n;

const refuse = (code) => {
  throw new Refused("ledger", code);
};

// The entry that a record and its salt give; nobody can compute it without the salt.
export const commitment = (statement, salt) => (salt.length === 32 ? sha256(concat(salt, utf8(canonical(statement)))) : refuse("salt"));
export const leafHash = (entry) => sha256(concat(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

// `name+hex(key id)+base64(type ‖ key)`.
export function readVerifierKey(written) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(written) ?? refuse("verifier_key");
  const data = fromBase64(encoded);
  const found = { name, id: fromHex(id), kind: data[0], raw: data.subarray(1) };
  const expected = sha256(concat(utf8(`${name}\n`), data)).subarray(0, 4);
  if (!equal(expected, found.id) || found.raw.length !== 32) refuse("key_id");
  return found;
}

// Check that a receipt proves an entry to be in the log of one of `logs`; tells where, and which witnesses saw it when.
export function verifyReceipt(receipt, entry, logs, witnesses) {
  const head = receipt.indexOf("\n\n");
  const lines = receipt.slice(0, Math.max(head, 0)).split("\n");
  if (head < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") refuse("receipt_form");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = decimal(/^index ([0-9]+)$/.exec(lines.shift() ?? "")?.[1]);
  if (lines.length > 63) refuse("receipt_proof");
  const hashes = lines.map(fromBase64);
  if (hashes.some((each) => each.length !== 32)) refuse("receipt_proof");
  const note = readNote(receipt.slice(head + 2));
  const checkpoint = readCheckpoint(note.text);
  const log = logs.find((key) => key.name === checkpoint.origin && signed(note, key));
  if (!log) refuse("no_log_signature");
  const root = rootOf(leafHash(entry), index, checkpoint.size, hashes);
  if (!equal(root, checkpoint.root)) refuse("root_mismatch");
  const seen = witnesses.map((key) => [key.name, cosigned(note, key)]).filter(([, at]) => at !== null);
  seen.sort(([, one], [, other]) => (one < other ? -1 : 1));
  return { index: Number(index), origin: checkpoint.origin, size: Number(checkpoint.size), seen };
}

function decimal(written) {
  if (written === undefined || !/^(?:0|[1-9][0-9]{0,18})$/.test(written)) refuse("decimal");
  const number = BigInt(written);
  return number <= MAX_SIZE ? number : refuse("decimal");
}

// signed-note: the text ends before the last empty line.
function readNote(note) {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || note.length > 1_000_000) refuse("note_form");
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > 100) refuse("note_signatures");
  const signatures = lines.map((line) => {
    const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? refuse("signature_line");
    const data = fromBase64(encoded);
    return { name, id: data.subarray(0, 4), signature: data.subarray(4) };
  });
  return { text: note.slice(0, split + 1), signatures };
}

function readCheckpoint(text) {
  const [origin, size, root, ...rest] = text.split("\n");
  if (rest.at(-1) !== "" || !origin) refuse("checkpoint_form");
  const found = { origin, size: decimal(size), root: fromBase64(root) };
  return found.root.length === 32 ? found : refuse("checkpoint_root");
}

const of = (note, key) => note.signatures.filter(({ name, id }) => name === key.name && equal(id, key.id));

// A known key whose signature is wrong spoils the note; one that did not sign does not.
function signed(note, key) {
  const found = key.kind === ED25519 ? of(note, key) : [];
  if (found.some(({ signature }) => !holds(key, signature, utf8(note.text)))) refuse("signature_invalid");
  return found.length > 0;
}

function cosigned(note, key) {
  const [found] = key.kind === COSIGNATURE ? of(note, key) : [];
  if (!found || found.signature.length !== 72) return null;
  const time = toNumber(found.signature.subarray(0, 8));
  const message = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
  if (!holds(key, found.signature.subarray(8), message)) refuse("signature_invalid");
  return time * 1_000_000n;
}

function holds(key, signature, message) {
  try {
    return ed25519Verifies(key.raw, signature, message);
  } catch {
    return false;
  }
}

// RFC 9162 §2.1.3.2, steps 1 to 5.
function rootOf(leaf, index, size, proof) {
  if (index >= size) refuse("index");
  let [place, last, value] = [index, size - 1n, leaf];
  for (const sibling of proof) {
    if (last === 0n) refuse("proof_too_long");
    if (place & 1n || place === last) {
      value = nodeHash(sibling, value);
      // Levels at which the rightmost node has no sibling add no hash: skip them.
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else {
      value = nodeHash(value, sibling);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last ? refuse("proof_too_short") : value;
}

export const digest = (text) => hex(sha256(utf8(text)));
