// @digitalcredentials/verifier-core, and the issuing side of the same makers.
import { DataIntegrityProof } from '@digitalcredentials/data-integrity';
import * as Ed25519Multikey from '@digitalcredentials/ed25519-multikey';
import { Ed25519Signature2020 } from '@digitalcredentials/ed25519-signature-2020';
import { cryptosuite as eddsaRdfc } from '@digitalcredentials/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalcredentials/vc';
import * as core from '@digitalcredentials/verifier-core';

import { documentLoader } from './local_web.mjs';
import { reasons } from './digitalbazaar.mjs';

const knownDIDRegistries = [{ name: 'Schools', type: 'dcc-legacy', url: 'https://registry.example/list.json' }];

export async function issue({ credential, suite: name, created }) {
  const key = await Ed25519Multikey.generate();
  const { publicKeyMultibase } = await key.export({ publicKey: true });
  key.controller = `did:key:${publicKeyMultibase}`;
  key.id = `${key.controller}#${publicKeyMultibase}`;
  const signing = { signer: key.signer(), verificationMethod: key.id, date: created };
  const suite = name === 'Ed25519Signature2020'
    ? new Ed25519Signature2020(signing)
    : new DataIntegrityProof({ cryptosuite: eddsaRdfc, ...signing });
  const issuer = { ...credential.issuer, id: key.controller };
  return vc.issue({ credential: { ...credential, issuer }, suite, documentLoader });
}

export async function verify({ credential }) {
  const result = await core.verifyCredential({ credential, knownDIDRegistries });
  const steps = Object.fromEntries((result.log ?? []).map((each) => [each.id, each.error?.name ?? each.valid]));
  const schemas = (result.additionalInformation ?? []).flatMap((each) => each.results ?? []);
  return {
    verified: steps.valid_signature === true,
    steps,
    schemas: schemas.map((each) => each.result?.valid ?? null),
    errors: (result.errors ?? []).flatMap((each) => [each.name, ...reasons(each.stackTrace)]),
  };
}

export async function verifyPresentation({ presentation, challenge }) {
  const result = await core.verifyPresentation({ presentation, challenge, knownDIDRegistries });
  return {
    verified: result.presentationResult?.signature === 'valid',
    errors: [...(result.errors ?? []), ...(result.presentationResult?.errors ?? [])].flatMap((each) => [
      each.name, ...reasons(each.message), ...reasons(each.stackTrace),
    ]),
  };
}

export function forms() {
  return Object.keys(core);
}
