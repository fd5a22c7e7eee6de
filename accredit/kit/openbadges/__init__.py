"""Open Badges 3.0 documents: typed builders and readers for every class, and credentials baked into files.

`credential` has `OpenBadgeCredential` and `read`; `endorsement`, `achievement` and `subject` the classes inside it;
`vocabularies` the enumerations; `png`, `svg`, `pdf` and `detect` the files. Proofs, keys and status lists are in
`kit.vc`; nothing here signs, verifies, fetches or draws.
"""

from __future__ import annotations
