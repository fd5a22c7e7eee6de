// @digitalbazaar/vc with every cryptosuite of its makers that signs whole documents.
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import { Ed25519Signature2020 } from '@digitalbazaar/ed25519-signature-2020';
import { Ed25519VerificationKey2020 } from '@digitalbazaar/ed25519-verification-key-2020';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import * as statusLists from '@digitalbazaar/vc-bitstring-status-list';
import jsigs from 'jsonld-signatures';

import { documentLoader } from './local_web.mjs';

const suites = {
  'eddsa-rdfc-2022': { sign: () => eddsaRdfc, verify: () => eddsaRdfc },
  'eddsa-jcs-2022': { sign: eddsaJcs.createSignCryptosuite, verify: eddsaJcs.createVerifyCryptosuite },
  'ecdsa-rdfc-2019': { sign: () => ecdsaRdfc, verify: () => ecdsaRdfc },
  'ecdsa-jcs-2019': { sign: ecdsaJcs.createSignCryptosuite, verify: ecdsaJcs.createVerifyCryptosuite },
};

const allSuites = [
  ...Object.values(suites).map((each) => new DataIntegrityProof({ cryptosuite: each.verify() })),
  new Ed25519Signature2020(),
];

// A new key of a kind (Ed25519, P-256, P-384) that is its own identifier.
export async function newKey(kind) {
  const key = kind === 'Ed25519' ? await Ed25519Multikey.generate() : await EcdsaMultikey.generate({ curve: kind });
  const { publicKeyMultibase } = await key.export({ publicKey: true });
  key.controller = `did:key:${publicKeyMultibase}`;
  key.id = `${key.controller}#${publicKeyMultibase}`;
  return key;
}

async function signingSuite(name, key, date) {
  if (name !== 'Ed25519Signature2020') {
    return new DataIntegrityProof({ cryptosuite: suites[name].sign(), signer: key.signer(), date });
  }
  const { publicKeyMultibase, secretKeyMultibase } = await key.export({ publicKey: true, secretKey: true });
  const { id, controller } = key;
  const raw = { publicKeyMultibase, privateKeyMultibase: secretKeyMultibase };
  return new Ed25519Signature2020({ key: await Ed25519VerificationKey2020.from({ id, controller, ...raw }), date });
}

// Sign a credential in the name of a new key.
export async function issue({ credential, suite, kind, created }) {
  const key = await newKey(kind);
  const issuer = typeof credential.issuer === 'string' ? key.controller : { ...credential.issuer, id: key.controller };
  const signing = await signingSuite(suite, key, created);
  return vc.issue({ credential: { ...credential, issuer }, suite: signing, documentLoader });
}

// Add one proof more to a document that may have some already: a set.
export async function addProof({ document, suite, kind, created }) {
  const signing = await signingSuite(suite, await newKey(kind), created);
  const purpose = new jsigs.purposes.AssertionProofPurpose();
  return jsigs.sign(document, { suite: signing, purpose, documentLoader });
}

export async function verify({ credential }) {
  const result = await vc.verifyCredential({
    credential, suite: allSuites, documentLoader, checkStatus: statusLists.checkStatus,
  });
  return {
    verified: result.verified,
    proofs: (result.results ?? []).map((each) => each.verified),
    statuses: (result.statusResult?.results ?? []).map((each) => each.status),
    errors: reasons(result.error ?? result.statusResult?.error),
  };
}

export async function issueStatusList({ id, purpose, length, set, created }) {
  const list = await statusLists.createList({ length });
  for (const index of set) list.setStatus(index, true);
  const context = statusLists.VC_BSL_VC_V2_CONTEXT;
  const credential = await statusLists.createCredential({ id, list, statusPurpose: purpose, context });
  const unsigned = { ...credential, issuer: 'to be replaced' };
  return issue({ credential: unsigned, suite: 'eddsa-rdfc-2022', kind: 'Ed25519', created });
}

export async function present({ credential, challenge, domain }) {
  const key = await newKey('Ed25519');
  const suite = new DataIntegrityProof({ cryptosuite: eddsaRdfc, signer: key.signer() });
  const presentation = vc.createPresentation({ verifiableCredential: credential, holder: key.controller });
  return vc.signPresentation({ presentation, suite, challenge, domain, documentLoader });
}

export async function verifyPresentation({ presentation, challenge, domain }) {
  const result = await vc.verify({
    presentation, challenge, domain, suite: allSuites, documentLoader, checkStatus: statusLists.checkStatus,
  });
  return { verified: result.verified, errors: reasons(result.error) };
}

export function forms() {
  return Object.keys(vc);
}

// An error of these libraries holds others, in `errors` or `cause`; their sentences in one list.
export function reasons(error) {
  if (!error) return [];
  const held = [error.errors, error.cause, Array.isArray(error) ? error : null].flat().filter(Boolean);
  return [...(error.message ? [`${error.name}: ${error.message}`] : []), ...held.flatMap(reasons)];
}
