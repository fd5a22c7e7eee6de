"""Verifiable credentials: keys, Data Integrity proofs, issuer documents and status lists, each named after its text.

- `multikey`, `did_key`, `did_web`, `controlled_identifier`: keys and where they are found
- `eddsa_rdfc_2022`, `eddsa_jcs_2022`, `ecdsa_2019`, `ed25519_signature_2020`: the cryptosuites
- `data_integrity`: verifies every proof of a document by the suite that it names
- `vc_jwt`: credentials as tokens, over `json_web_signature` and `json_web_key`
- `status_list`: Bitstring Status List 1.0

Nothing here fetches, reads the clock or holds a private key: a resolver, the time and a signing function are arguments.
"""
