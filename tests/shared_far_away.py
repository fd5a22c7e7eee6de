"""A share that somebody kept: its sheet, whom they trust, and the list that says it was ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from accredit.domain.credentials import queries, share_links, sharing
from accredit.domain.credentials.sharing_rules import Chosen, Lasts, MadeFor, NameShown
from accredit.domain.issuing import queries as issuing
from accredit.domain.people import consents
from accredit.domain.people.rules import About, Voice
from accredit.domain.verification import evidence, handing_out
from accredit.domain.verification import shares as verified
from accredit.domain.verification.trust import Trust
from accredit.jobs.issuing import Issuer
from accredit.rendering.share_sheet import ShareSheet, share_pdf
from accredit.storage import Database
from tests.factories import PEPPER
from tests.unit.domain.verification.story import Story, told

LATER = timedelta(minutes=10)


@dataclass
class KeptShare:
    """What a reader has on their disk; ``now`` is when it was made."""

    now: datetime
    last_moment: datetime
    sheet: bytes
    document: bytes
    evidence: bytes
    trust: Trust
    ended_lists: bytes


def keep(database: Database, folder: Path) -> KeptShare:
    """Let Ama share her award with initials and skills alone, keep what a reader is given, and let her end it."""
    story = told(database, folder)
    issued = story.issue()
    share_id, issuer = _made(story, issued.code), Issuer(database, story.keyring, lambda: story.now)
    assert issuer.issue_waiting().released == 1
    with database.reading() as db:
        found = share_links.own_share(db, share_id, young_person_id=story.cast.ama.id, now=story.now)
        secret = share_links.own_link(db, share_id, young_person_id=story.cast.ama.id, pepper=PEPPER)
        assert found is not None
        assert found.issuance_id is not None
        view = verified.view_of(db, found)
        document = issuing.signed_document(db, found.issuance_id)
        facts = issuing.issuance(db, found.issuance_id)
        assert view is not None
        assert document is not None
        proof = handing_out.evidence_of(db, view.credential_id, now=story.now)
        trust = handing_out.trust_of(db, now=story.now)
    assert proof is not None
    assert trust is not None
    sheet = ShareSheet(
        said=view.said,
        organisation=view.organisation_name,
        link=f"https://accredit.example/s/{secret}",
        verify="https://accredit.example/verify",
        last_day=view.last_day,
        credential_json=document,
        evidence=evidence.write(proof),
        demonstration=False,
    )
    with database.transaction() as db:
        sharing.withdraw(db, share_id=share_id, actor=story.cast.ama.actor, now=story.now + LATER)
    later = Issuer(database, story.keyring, lambda: story.now + LATER)
    later.publish_status_list(facts.status_list_id)
    with database.reading() as db:
        lists = evidence.write_lists(handing_out.lists_of(db, facts.status_list_id))
    return KeptShare(
        now=story.now,
        last_moment=view.ends_at,
        sheet=share_pdf(sheet),
        document=document,
        evidence=evidence.write(proof),
        trust=trust,
        ended_lists=lists,
    )


def _made(story: Story, code: str) -> UUID:
    ama = story.cast.ama
    with story.database.transaction() as db:
        view = queries.view_by_code(db, code)
        assert view is not None
        consents.say(
            db,
            young_person_id=ama.id,
            about=About.SHARING,
            is_yes=True,
            voice=Voice.YOUNG_PERSON,
            actor=ama.actor,
            now=story.now,
        )
        return sharing.make(
            db,
            credential_id=view.credential_id,
            chosen=Chosen(name=NameShown.INITIALS, hours=False, skills=True, months=False),
            made_for=MadeFor.WORK,
            lasts=Lasts.FOUR_WEEKS,
            actor=ama.actor,
            pepper=PEPPER,
            now=story.now,
        )
