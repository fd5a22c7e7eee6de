"""A young person removes their account and their public pages, at once and by themselves.

1. Every share ends: its link shows nothing, and what was signed for it is revoked.
2. Their public pages are hidden: a code on paper answers as if it had never been (`credentials.hiding`).
3. Sharing, and their own page, are taken back: slip and words stop, and every sign-in by them.

All of it is one transaction of the caller: after a crash in between nothing has happened.

- Nobody removes a page but its owner (`NotFound`); doing it again changes nothing.
- Nothing is erased. The school's record, the certificates and the files that others have stay what they are.
- The way back: a new slip from the school opens the page again, and `hiding.show_own` lets the codes be found again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.credentials import hiding, sharing
from accredit.domain.people import consents
from accredit.domain.people.rules import About, Voice
from accredit.errors import NotFound
from accredit.storage import Session


def remove(db: Session, *, young_person_id: UUID, actor: Actor, now: datetime) -> int:
    """Remove one's own page and public pages; return how many shares ended. Raises `NotFound` for everybody else."""
    if actor.kind is not ActorKind.YOUNG_PERSON or actor.id != young_person_id:
        raise NotFound("young-person")
    ended = sharing.end_all(db, young_person_id=young_person_id, actor=actor, now=now)
    hiding.hide_own(db, actor=actor, now=now)
    for about in (About.SHARING, About.OWN_PAGE):
        consents.say(
            db,
            young_person_id=young_person_id,
            about=about,
            is_yes=False,
            voice=Voice.YOUNG_PERSON,
            actor=actor,
            now=now,
        )
    audit.record(
        db,
        tag=Tag.OWN_PAGE_REMOVED,
        actor=actor,
        now=now,
        subject=young_person_id,
        organisation_id=actor.organisation_id,
        shares=ended,
    )
    db.flush()
    return ended
