"""Libraries that are true anywhere: linked data, verifiable credentials, a transparency log, Open Badges.

Nothing here knows Flask, SQL, settings or the clock: time, keys and randomness are arguments. Times are aware. A
function that signs takes bytes and answers the signature; a resolver takes the address of a key and answers the key.

A badge in every form, read back, and revoked (`tests/unit/kit/test_begin_here.py` runs this):

>>> import json
>>> from datetime import UTC, datetime
>>> from cryptography.hazmat.primitives.asymmetric import ec, ed25519
>>> from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
>>> from accredit.kit.linkeddata import strict_json
>>> from accredit.kit.openbadges import achievement, credential, detect, endorsement, subject, svg
>>> from accredit.kit.vc import controlled_identifier, did_web, eddsa_rdfc_2022, json_web_key, json_web_signature
>>> from accredit.kit.vc import multikey, status_list, vc_jwt, verifiable_credential, verification_key
>>> now, us = datetime(2026, 1, 2, tzinfo=UTC), did_web.did_for("badges.example", ["us"])

Two keys, and the document that `did_web.document_url` says where to serve:

>>> ed, es = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
>>> ed_public = multikey.from_raw(multikey.KeyKind.ED25519, ed.public_key().public_bytes_raw())
>>> point = es.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
>>> one = verification_key.VerificationKey(id=f"{us}#one", controller=us, public_key=ed_public)
>>> es_public = multikey.from_raw(multikey.KeyKind.P256, point)
>>> two = json_web_key.verification_method(es_public, id=f"{us}#two", controller=us)
>>> issuer = did_web.did_document(us, [one], [two])
>>> resolve = lambda method: controlled_identifier.find_key(issuer, method)

The badge, signed inside and as a token:

>>> hello = achievement.Achievement(id="https://badges.example/a/1", name="First", description="Said hello.",
...     criteria=achievement.Criteria(narrative="Say hello."))
>>> status = status_list.entry("https://badges.example/status/1", 4711)
>>> badge = credential.OpenBadgeCredential(id="urn:uuid:7d1c9c4e-9f0b-4f4c-8c4d-0d7a8e4f1b11", name="First",
...     issuer=endorsement.Profile(id=us, name="Us"), valid_from=now,
...     credential_status=endorsement.CredentialStatus.read(status),
...     credential_subject=subject.AchievementSubject(id="did:example:somebody", achievement=hello)).document()
>>> signed = eddsa_rdfc_2022.add_proof(badge, sign=ed.sign, verification_method=one.id, created=now)
>>> token = vc_jwt.encode(badge, kid=two.id, alg="ES256", sign=json_web_signature.es256_signer(es))

Baked, taken out, and verified; `png` does the same for pictures:

>>> drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'
>>> baked = svg.bake(drawing, json.dumps(signed))
>>> document = strict_json.loads_object(detect.unbake(baked))
>>> verifiable_credential.verify(document, resolve=resolve, now=now).issuer == us
True
>>> vc_jwt.decode(token, resolve=resolve, now=now, expected_issuer=us).is_bound
True
>>> credential.read(document).credential_subject.achievement.name
'First'

Revoked: the list is a credential too, and is verified before it is believed:

>>> revoked = status_list.list_credential("https://badges.example/status/1", us, status_list.encode([4711]), now)
>>> published = eddsa_rdfc_2022.add_proof(revoked, sign=ed.sign, verification_method=one.id, created=now)
>>> believed = verifiable_credential.verify(published, resolve=resolve, now=now).document
>>> entry = status_list.parse_entry(document["credentialStatus"])
>>> status_list.read_list(believed, entry).is_set(entry.index)
True

What is refused is a `linkeddata.errors.LinkedDataError`, a `vc.errors.VcError`, an `openbadges.errors.OpenBadgesError`
or a `ledger.errors.LedgerError`, each with a stable `code`. Signing does not try the signature out: a function that
signs with another key makes a proof that nobody can verify, so verify once before anything is given away. Needed
besides the standard library: cryptography; pydantic, defusedxml and pikepdf for Open Badges.
"""
