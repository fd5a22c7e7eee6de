"""OpenBadgeCredential: one award to one person, as a document to be signed or as one that was read.

What was read is for showing and for rules about its contents. Signatures are over the bytes as they came: verify
those, never the `document()` of a credential that was read, which says the same in our own spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from accredit.kit.openbadges.endorsement import Credential, EndorsementCredential, Image
from accredit.kit.openbadges.errors import DocumentInvalid, Problem
from accredit.kit.openbadges.subject import AchievementSubject, Evidence
from accredit.kit.openbadges.values import CompactJws, Many, Single, of_type


class OpenBadgeCredential(Credential):
    """An achievement awarded to a subject. `document()` gives the JSON object that is signed."""

    type: Annotated[Many[str], of_type("OpenBadgeCredential", "AchievementCredential")] = (
        "VerifiableCredential",
        "OpenBadgeCredential",
    )
    image: Image | None = None
    credential_subject: Single[AchievementSubject]
    evidence: Many[Evidence] = ()
    endorsement: Many[EndorsementCredential] = ()
    endorsement_jwt: Many[CompactJws] = ()

    @property
    def subject(self) -> AchievementSubject:
        """Answer the one subject."""
        return self.credential_subject


def read(document: Mapping[str, Any]) -> OpenBadgeCredential:
    """Read an Open Badges 3.0 credential that somebody wrote, under VCDM 2.0 or 1.1.

    `document` is the object that a strict JSON reader answered. Unknown properties are kept, single values are read
    as lists of one, times with any offset, language value objects as their text. Raises DocumentInvalid with every
    problem and its path.
    """
    return OpenBadgeCredential.read(_object(document))


def read_endorsement(document: Mapping[str, Any]) -> EndorsementCredential:
    """Read an endorsement, as `read`. Raises DocumentInvalid."""
    return EndorsementCredential.read(_object(document))


def _object(document: object) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise DocumentInvalid("credential", [Problem("$", "type", "a credential is a JSON object")])
    return document
