"""The issuing cycle for any document: prepare → lint → permit → sign → record; status lists; the key register.

It knows nothing of awards or young people: what to sign arrives as a document and the id of its subject.
"""
