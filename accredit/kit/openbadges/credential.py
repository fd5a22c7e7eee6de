"""OpenBadgeCredential: one award to one person, as a document to be signed or as one that was read.

What was read is for showing and for rules about its contents. Signatures are over the bytes as they came: verify
those, never the `document()` of a credential that was read, which says the same in our own spelling.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from accredit.kit.openbadges.achievement import Achievement
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

    def document_around(self, achievement: dict[str, Any]) -> dict[str, Any]:
        """Answer what `document` does, where the achievement was written before: `achievement` is its `document()`.

        For badges of VCDM 2.0 that are written in a row and share it.
        """
        written = self._written(without={"credential_subject": {"achievement"}})
        subject = {**written["credentialSubject"], "achievement": achievement}
        written["credentialSubject"] = {name: subject[name] for name in _OF_A_SUBJECT if name in subject}
        return written


_OF_A_SUBJECT: Final = tuple(field.alias or name for name, field in AchievementSubject.model_fields.items())


def read(document: Mapping[str, Any]) -> OpenBadgeCredential:
    """Read an Open Badges 3.0 credential that somebody wrote, under VCDM 2.0 or 1.1.

    `document` is the object that a strict JSON reader answered. Unknown properties are kept, single values are read
    as lists of one, times with any offset, language value objects as their text. Raises DocumentInvalid with every
    problem and its path.
    """
    return OpenBadgeCredential.read(_object(document))


class RowReader:
    """Reads badges that come in a row, as `read` does; an achievement that they share is read once.

    For documents of one's own: what was read last is kept.
    """

    def __init__(self) -> None:
        self._last: tuple[str, Achievement] | None = None

    def read(self, document: Mapping[str, Any]) -> OpenBadgeCredential:
        """Read one badge; what is answered, and what is refused, is what `read` answers and refuses."""
        subject = _object(document).get("credentialSubject")
        achievement = subject.get("achievement") if isinstance(subject, dict) else None
        if not isinstance(subject, dict) or not isinstance(achievement, dict):
            return read(document)
        # Compared as text: to Python a truth and a number may be equal.
        written = json.dumps(achievement)
        if self._last is None or self._last[0] != written:
            found = read(document)
            self._last = written, found.subject.achievement
            return found
        return read({**document, "credentialSubject": {**subject, "achievement": self._last[1]}})


def read_endorsement(document: Mapping[str, Any]) -> EndorsementCredential:
    """Read an endorsement, as `read`. Raises DocumentInvalid."""
    return EndorsementCredential.read(_object(document))


def _object(document: object) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise DocumentInvalid("credential", [Problem("$", "type", "a credential is a JSON object")])
    return document
