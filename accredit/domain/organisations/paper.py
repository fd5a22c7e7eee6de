"""How an organisation's paper looks: its pictures, its own line, and who signs by hand.

- A picture comes in as pixels (`sandbox.pictures`), is looked at, and is used once somebody confirms the one they saw.
- A signature is of somebody: it is kept with the name it was confirmed for, and used only while that is who signs.
- What was awarded before somebody became the head does not name them.

None of it is in a credential: what is signed says who was awarded what, and this is the frame around it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlmodel import select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.organisations import queries
from accredit.domain.organisations.models import OrganisationPicture
from accredit.domain.organisations.rules import PicturePlace
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.kit.plain_png import png_of
from accredit.sandbox.pictures import Advice, PictureRefused, Redrawn, redraw
from accredit.storage import Session

LONGEST_WORDS = 120


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as it is printed; ``digest`` stands for its bytes wherever two are compared."""

    place: PicturePlace
    digest: str
    png: bytes = field(repr=False, compare=False)
    width: int
    height: int
    words: str | None
    is_small: bool
    is_pale: bool


@dataclass(frozen=True, kw_only=True)
class Look:
    """What stands around the words of a certificate; whatever is None is left out."""

    own_line: str | None = None
    head_name: str | None = None
    head_title: str | None = None
    head_since: date | None = None
    logo: Picture | None = None
    partner: Picture | None = None
    signature: Picture | None = None

    def on(self, awarded_on: date) -> Self:
        """Return the look of what was awarded on a day: without the head where that was before their time."""
        is_head = self.head_name is not None and (self.head_since is None or awarded_on >= self.head_since)
        return self if is_head else replace(self, head_name=None, head_title=None, signature=None)


PLAIN = Look()
"""The look of an organisation that has chosen nothing."""


def read_picture(data: bytes, place: PicturePlace) -> Redrawn:
    """Return the picture in a file, drawn anew. It may take seconds, so do it before a database is opened.

    Raises `RuleBroken` with the code of what `sandbox.pictures.redraw` refuses.
    """
    try:
        return redraw(data, is_signature=place is PicturePlace.SIGNATURE)
    except PictureRefused as refused:
        raise RuleBroken(refused.code) from None


def propose_picture(
    db: Session,
    *,
    organisation_id: UUID,
    place: PicturePlace,
    picture: Redrawn,
    words: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep a picture to be looked at, in place of the one that waited; nothing is printed with it yet.

    ``words`` name the partner, for who cannot see the logo.
    Raises `RuleBroken`: ``picture-words``, ``signature-without-name``.
    """
    told = _words(db, organisation_id, place, words)
    _forget(db, organisation_id, place, is_used=False)
    db.add(
        OrganisationPicture(
            organisation_id=organisation_id,
            place=place,
            is_used=False,
            png=png_of(picture.pixels, width=picture.width, height=picture.height),
            width=picture.width,
            height=picture.height,
            words=told,
            is_small=Advice.SMALL in picture.advice,
            is_pale=Advice.PALE in picture.advice,
            added_at=now,
        )
    )
    _record(db, organisation_id, f"{place.value}-proposed", actor=actor, now=now)


def use_picture(
    db: Session, *, organisation_id: UUID, place: PicturePlace, expected_digest: str, actor: Actor, now: datetime
) -> None:
    """Print with the picture that waits from now on, in place of the one before; it is the one that was looked at.

    Raises `NotFound` (``picture``) where none waits, `Conflict` (``picture-changed``) where another one does by now,
    `RuleBroken` (``signature-without-name``) where who signs is not who it was proposed for any more.
    """
    row = _row(db, organisation_id, place, is_used=False)
    if row is None:
        raise NotFound("picture")
    if _digest(row.png) != expected_digest:
        raise Conflict("picture-changed")
    if place is PicturePlace.SIGNATURE and row.words != queries.organisation(db, organisation_id).head_name:
        raise RuleBroken("signature-without-name")
    _forget(db, organisation_id, place, is_used=True)
    row.is_used = True
    db.add(row)
    _record(db, organisation_id, place.value, actor=actor, now=now)


def remove_picture(
    db: Session, *, organisation_id: UUID, place: PicturePlace, is_used: bool, actor: Actor, now: datetime
) -> None:
    """Take a picture away, the one in use or the one that waits; its bytes are not kept. Raises `NotFound`."""
    if not _forget(db, organisation_id, place, is_used=is_used):
        raise NotFound("picture")
    _record(db, organisation_id, place.value if is_used else f"{place.value}-proposed", actor=actor, now=now)


def pictures(db: Session, organisation_id: UUID, *, is_used: bool) -> dict[PicturePlace, Picture]:
    """Return the pictures in use, or those that wait, by their place."""
    rows = db.exec(
        select(OrganisationPicture).where(
            OrganisationPicture.organisation_id == organisation_id, OrganisationPicture.is_used == is_used
        )
    )
    return {row.place: _picture(row) for row in rows}


def look(db: Session, organisation_id: UUID, *, as_proposed: bool = False) -> Look:
    """Return how an organisation's paper looks, or would look with the pictures that wait. Raises `NotFound`."""
    facts = queries.organisation(db, organisation_id)
    found = pictures(db, organisation_id, is_used=True)
    if as_proposed:
        found |= pictures(db, organisation_id, is_used=False)
    signature = found.get(PicturePlace.SIGNATURE)
    return Look(
        own_line=facts.own_line,
        head_name=facts.head_name,
        head_title=facts.head_title,
        head_since=facts.head_since,
        logo=found.get(PicturePlace.LOGO),
        partner=found.get(PicturePlace.PARTNER),
        signature=signature if signature is not None and signature.words == facts.head_name else None,
    )


def _words(db: Session, organisation_id: UUID, place: PicturePlace, words: str | None) -> str | None:
    if place is PicturePlace.SIGNATURE:
        head = queries.organisation(db, organisation_id).head_name
        if head is None:
            raise RuleBroken("signature-without-name")
        return head
    told = " ".join((words or "").split()) or None
    if place is PicturePlace.PARTNER and told is None:
        raise RuleBroken("picture-words")
    if told is not None and (len(told) > LONGEST_WORDS or not told.isprintable()):
        raise RuleBroken("picture-words")
    return told


def _row(db: Session, organisation_id: UUID, place: PicturePlace, *, is_used: bool) -> OrganisationPicture | None:
    return db.exec(
        select(OrganisationPicture).where(
            OrganisationPicture.organisation_id == organisation_id,
            OrganisationPicture.place == place,
            OrganisationPicture.is_used == is_used,
        )
    ).first()


def _forget(db: Session, organisation_id: UUID, place: PicturePlace, *, is_used: bool) -> bool:
    row = _row(db, organisation_id, place, is_used=is_used)
    if row is None:
        return False
    db.delete(row)
    # Before another one takes its place: of each there is one.
    db.flush()
    return True


def _record(db: Session, organisation_id: UUID, what: str, *, actor: Actor, now: datetime) -> None:
    db.flush()
    audit.record(
        db,
        tag=Tag.ORGANISATION_CHANGED,
        actor=actor,
        now=now,
        subject=organisation_id,
        organisation_id=organisation_id,
        fields=[what],
    )


def _picture(row: OrganisationPicture) -> Picture:
    return Picture(
        place=row.place,
        digest=_digest(row.png),
        png=row.png,
        width=row.width,
        height=row.height,
        words=row.words,
        is_small=row.is_small,
        is_pale=row.is_pale,
    )


def _digest(png: bytes) -> str:
    return hashlib.sha256(png).hexdigest()
