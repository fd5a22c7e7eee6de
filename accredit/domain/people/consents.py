"""What a young person, and where it is asked for somebody at home, has agreed to: three things kept apart.

- What the school writes down is told to them (a notice). It is no question, and nothing about it is kept here.
- Taking part: somebody with parental responsibility signs a paper slip, up to 18; a co-ordinator ticks it.
- Their own page, and sharing from it: each rests on the young person's own yes. Below the age their organisation says
  (13 where it says nothing) somebody at home says yes as well, on the same slip, each by itself. Where neither a month
  of birth nor a school year is known, home is asked.
- Nobody says yes for a young person (``say-it-themselves``); staff may note that they do not want it any more.
- Taken back, it counts at once: without a yes to their own page every slip and every word that opens it stops, and a
  share is checked with `may_share` whenever somebody opens it.
- Each answer is a row of its own, and the latest of each voice counts. Why is never asked.

Paper slips themselves stay at the school; no name of an adult at home is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Nation, Role
from accredit.domain.people import queries, rules, word_cards
from accredit.domain.people.own_page_models import Consent, HomePolicy
from accredit.domain.people.queries import YoungPersonFacts
from accredit.domain.people.rules import About, Answer, Voice
from accredit.errors import Forbidden, RuleBroken
from accredit.storage import Session

TAKING_PART_BELOW = 18


@dataclass(frozen=True, kw_only=True)
class Said:
    """The latest answer of one voice to one question, and when it was given."""

    is_yes: bool
    at: datetime


Answers = Mapping[tuple[About, Voice], Said]


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """Whom an organisation asks at home."""

    nation: Nation
    below: int

    def asks(self, person: YoungPersonFacts, about: About, today: date) -> bool:
        age = TAKING_PART_BELOW if about is About.TAKING_PART else self.below
        youngest = rules.youngest_age(person.year_group, self.nation)
        return rules.is_below(age, months=person.months, youngest=youngest, on=today)


def answer(db: Session, young_person_id: UUID, about: About, *, now: datetime) -> Answer:
    """Return how one question stands for one young person today. Raises `NotFound`."""
    person = queries.young_person(db, young_person_id)
    return answers(db, [person], about, now=now)[young_person_id]


def answers(db: Session, people: Iterable[YoungPersonFacts], about: About, *, now: datetime) -> dict[UUID, Answer]:
    """Return how one question stands for young people of one organisation."""
    people = list(people)
    if not people:
        return {}
    said, asking = _said_by(db, [each.id for each in people]), _asking(db, people[0].organisation_id)
    today = local_date(now)
    return {each.id: _decided(said[each.id], about, asks_home=asking.asks(each, about, today)) for each in people}


def said_by(db: Session, young_person_id: UUID) -> Answers:
    """Return the latest answer of each voice to each question."""
    return _said_by(db, [young_person_id])[young_person_id]


def asks_home(db: Session, person: YoungPersonFacts, about: About, *, now: datetime) -> bool:
    """Say whether somebody at home is asked about this for this young person."""
    return _asking(db, person.organisation_id).asks(person, about, local_date(now))


def may_have_page(db: Session, young_person_id: UUID, *, now: datetime) -> bool:
    """Say whether nothing stands against somebody's own page; they themselves are asked when they open it."""
    return answer(db, young_person_id, About.OWN_PAGE, now=now) in {Answer.YES, Answer.NOT_ASKED}


def waiting_for_home(db: Session, people: Iterable[YoungPersonFacts], *, now: datetime) -> set[UUID]:
    """Return those of one organisation whose own page home has not agreed to, or refused."""
    found = answers(db, people, About.OWN_PAGE, now=now)
    return {each for each, stands in found.items() if stands in {Answer.ASK_HOME, Answer.HOME_SAID_NO}}


def may_share(db: Session, young_person_id: UUID, *, now: datetime) -> bool:
    """Say whether what somebody shares may be seen at this moment."""
    return answer(db, young_person_id, About.SHARING, now=now) is Answer.YES


def check_sharing(db: Session, young_person_id: UUID, *, now: datetime) -> None:
    """Refuse a share without a yes. Raises `RuleBroken`: ``home-not-agreed``, ``sharing-not-agreed``."""
    stands = answer(db, young_person_id, About.SHARING, now=now)
    if stands in {Answer.ASK_HOME, Answer.HOME_SAID_NO}:
        raise RuleBroken("home-not-agreed")
    if stands is not Answer.YES:
        raise RuleBroken("sharing-not-agreed")


def say(
    db: Session, *, young_person_id: UUID, about: About, is_yes: bool, voice: Voice, actor: Actor, now: datetime
) -> None:
    """Write down an answer. Saying the same again changes nothing.

    Raises `RuleBroken` ``say-it-themselves``, `NotFound`, `Forbidden`.
    """
    person = queries.young_person(db, young_person_id)
    rules.check_same_organisation(actor, person.organisation_id)
    _check_voice(db, actor, person, voice=voice, is_yes=is_yes, now=now)
    before = said_by(db, young_person_id).get((about, voice))
    if before is None or before.is_yes != is_yes:
        db.add(
            Consent(
                organisation_id=person.organisation_id,
                young_person_id=person.id,
                about=about,
                voice=voice,
                is_yes=is_yes,
                noted_by=actor.id if actor.kind is ActorKind.STAFF else None,
                at=now,
            )
        )
        db.flush()
        _tell(db, person, about=about, is_yes=is_yes, voice=voice, actor=actor, now=now)
    if about is About.OWN_PAGE and not is_yes and not may_have_page(db, young_person_id, now=now):
        word_cards.close(db, [young_person_id], now=now)


def asked_below(db: Session, organisation_id: UUID) -> int:
    """Return the age below which an organisation asks at home about a page and about sharing."""
    row = _policy(db, organisation_id)
    return rules.HOME_ASKED_BELOW if row is None else row.below


def ask_below(db: Session, *, organisation_id: UUID, below: int, actor: Actor, now: datetime) -> None:
    """Let an organisation ask at home below another age. Raises `RuleBroken` ``home-age``.

    Whoever has a page keeps it: what was agreed to is not undone by a rule. Sharing waits for home.
    """
    rules.check_same_organisation(actor, organisation_id)
    if below not in rules.HOME_AGES:
        raise RuleBroken("home-age")
    row = _policy(db, organisation_id)
    if (row.below if row is not None else rules.HOME_ASKED_BELOW) == below:
        return
    if row is None:
        db.add(HomePolicy(organisation_id=organisation_id, below=below, said_at=now))
    else:
        row.below, row.said_at = below, now
    audit.record(
        db,
        tag=Tag.HOME_AGE_SAID,
        actor=actor,
        now=now,
        subject=organisation_id,
        organisation_id=organisation_id,
        below=below,
    )


def _asking(db: Session, organisation_id: UUID) -> _Asking:
    nation = organisations.organisation(db, organisation_id).nation
    return _Asking(nation=nation, below=asked_below(db, organisation_id))


def _decided(said: Answers, about: About, *, asks_home: bool) -> Answer:
    own, home = (_of(said, about, voice) for voice in (Voice.YOUNG_PERSON, Voice.HOME))
    if about is About.TAKING_PART:
        # They say it by coming; what they sign is on the school's paper.
        own = True if own is None else own
    return rules.decide(own=own, home=home, asks_home=asks_home)


def _of(said: Answers, about: About, voice: Voice) -> bool | None:
    found = said.get((about, voice)) or said.get((about, Voice.BEFORE))
    return None if found is None else found.is_yes


def _said_by(db: Session, young_person_ids: list[UUID]) -> dict[UUID, dict[tuple[About, Voice], Said]]:
    latest: dict[UUID, dict[tuple[About, Voice], Said]] = {each: {} for each in young_person_ids}
    rows = db.exec(
        select(Consent)
        .where(col(Consent.young_person_id).in_(young_person_ids))
        .order_by(col(Consent.at), col(Consent.id))
    )
    for row in rows:
        latest[row.young_person_id][row.about, row.voice] = Said(is_yes=row.is_yes, at=row.at)
    return latest


def _check_voice(
    db: Session, actor: Actor, person: YoungPersonFacts, *, voice: Voice, is_yes: bool, now: datetime
) -> None:
    if actor.kind is ActorKind.YOUNG_PERSON:
        if actor.id != person.id or voice is not Voice.YOUNG_PERSON:
            raise RuleBroken("say-it-themselves")
        return
    held = queries.roles_on(db, actor.id, local_date(now)) if actor.id else frozenset()
    if actor.kind is not ActorKind.STAFF or Role.COORDINATOR not in held:
        raise Forbidden("no-permission")
    if voice is Voice.BEFORE or (voice is Voice.YOUNG_PERSON and is_yes):
        raise RuleBroken("say-it-themselves")


def _policy(db: Session, organisation_id: UUID) -> HomePolicy | None:
    return db.exec(select(HomePolicy).where(HomePolicy.organisation_id == organisation_id)).first()


def _tell(
    db: Session, person: YoungPersonFacts, *, about: About, is_yes: bool, voice: Voice, actor: Actor, now: datetime
) -> None:
    audit.record(
        db,
        tag=Tag.CONSENT_GIVEN if is_yes else Tag.CONSENT_TAKEN_BACK,
        actor=actor,
        now=now,
        subject=person.id,
        organisation_id=person.organisation_id,
        about=about.value,
        voice=voice.value,
    )
