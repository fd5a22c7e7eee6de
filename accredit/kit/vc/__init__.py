"""Verifiable credentials: keys, Data Integrity proofs, issuer documents and status lists, each named after its text.

- `multikey`, `did_key`, `did_web`, `controlled_identifier`: keys and where they are found
- `eddsa_rdfc_2022`, `eddsa_jcs_2022`, `ecdsa_2019`, `ed25519_signature_2020`: the cryptosuites
- `ecdsa_sd_2023`: the cryptosuite under which a holder shows a part, over `cbor_shape`
- `data_integrity`: verifies every proof of a document by the suite that it names
- `vc_jwt`: credentials as tokens, over `json_web_signature` and `json_web_key`
- `data_model`, `related_resource`: how every credential and presentation must look
- `verifiable_credential`, `presentation`: verify any credential, and what a holder shows
- `envelope`, `vp_jwt`: both of them as tokens, in the form of W3C
- `problem_details`: refusals as the specifications of W3C name them
- `status_list`: Bitstring Status List 1.0
- `offline_statement`: an award in few words, as a CWT in the digits behind a printed address

Nothing here fetches, reads the clock or holds a private key: a resolver, the time and a signing function are arguments.
"""
