"""A young person removes their page and public pages at once; nothing is erased, and it all comes back."""

from __future__ import annotations

import pytest

from accredit.domain.credentials import finding, hiding, queries, removing
from accredit.domain.people import claiming, consents, operations, word_cards
from accredit.domain.people.rules import About, Answer, Voice
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Verdict
from accredit.errors import NotFound
from tests.cast import Player
from tests.factories import PEPPER
from tests.unit.domain.verification.story import Story


def open_page(story: Story) -> str:
    """Let Ama open her page with a slip; return her words."""
    with story.database.transaction() as db:
        code = operations.make_claim_slip(
            db, young_person_id=story.cast.ama.id, pepper=PEPPER, actor=story.cast.nia.actor, now=story.now
        )
        found = claiming.look_up(db, code, pepper=PEPPER, now=story.now)
        assert found is not None
        mine = claiming.claim(db, slip_id=found.slip_id, language="en", pepper=PEPPER, now=story.now)
    return mine.words


def remove(story: Story, by: Player) -> None:
    with story.database.transaction() as db:
        removing.remove(db, young_person_id=story.cast.ama.id, actor=by.actor, now=story.now)


@pytest.mark.attack("DP05")
def test_page_and_public_pages_go_the_file_and_the_record_stay(story: Story) -> None:
    issued = story.issue()
    words = open_page(story)
    with story.database.reading() as db:
        view = queries.view_of_award(db, issued.award_id)
    assert view is not None
    remove(story, story.cast.ama)
    remove(story, story.cast.ama)  # Again, nothing changes.
    with story.database.reading() as db:
        assert word_cards.find(db, words, pepper=PEPPER) is None
        assert consents.answer(db, story.cast.ama.id, About.OWN_PAGE, now=story.now) is Answer.NO
        assert consents.answer(db, story.cast.ama.id, About.SHARING, now=story.now) is Answer.NO
        assert verification.verify_code(db, code=view.code, now=story.now) is None
        assert finding.open_view_by_credential_id(db, view.credential_id) is None
        assert queries.view_by_credential_id(db, view.credential_id) == view, "it is still theirs"
        report = verification.verify(issued.data, now=story.now, sources=DatabaseSources(db))
    assert report.verdict is Verdict.GENUINE


def test_it_comes_back_with_a_slip_and_one_press(story: Story) -> None:
    issued = story.issue()
    open_page(story)
    remove(story, story.cast.ama)
    words = open_page(story)
    with story.database.reading() as db:
        assert word_cards.find(db, words, pepper=PEPPER) is not None
        assert verification.verify_code(db, code=issued.code, now=story.now) is None, "not before they say so"
    with story.database.transaction() as db:
        hiding.show_own(db, actor=story.cast.ama.actor, now=story.now)
    with story.database.reading() as db:
        assert verification.verify_code(db, code=issued.code, now=story.now) is not None
        assert hiding.own_since(db, story.cast.ama.id) is None


def test_what_the_school_hides_and_what_they_hide_end_apart(quick_story: Story) -> None:
    issued, cast, now = quick_story.issue(), quick_story.cast, quick_story.now
    remove(quick_story, cast.ama)
    with quick_story.database.transaction() as db:
        hidden = hiding.of_award(db, issued.award_id)
        assert hidden is not None
        assert (hidden.by_holder, hidden.is_whole) == (True, True)
        hiding.show_again(db, award_id=issued.award_id, actor=cast.lee.actor, now=now)
        assert hiding.of_award(db, issued.award_id) is not None, "only they show it again"
        hiding.hide(db, award_id=issued.award_id, is_whole=False, actor=cast.lee.actor, now=now)
        hidden = hiding.of_award(db, issued.award_id)
        assert hidden is not None
        assert not hidden.by_holder
        hiding.show_own(db, actor=cast.ama.actor, now=now)
        assert hiding.of_award(db, issued.award_id) is not None, "the school still hides it"
        hiding.show_again(db, award_id=issued.award_id, actor=cast.lee.actor, now=now)
        assert hiding.of_award(db, issued.award_id) is None


def test_nobody_removes_the_page_of_somebody_else(quick_story: Story) -> None:
    for who in (quick_story.cast.ben, quick_story.cast.nia, quick_story.cast.lee, quick_story.cast.oz):
        with pytest.raises(NotFound):
            remove(quick_story, who)
    with quick_story.database.transaction() as db:
        for who in (quick_story.cast.nia, quick_story.cast.lee):
            with pytest.raises(NotFound):
                hiding.hide_own(db, actor=who.actor, now=quick_story.now)
            with pytest.raises(NotFound):
                hiding.show_own(db, actor=who.actor, now=quick_story.now)


def test_sharing_starts_again_only_with_a_yes(quick_story: Story) -> None:
    cast, now = quick_story.cast, quick_story.now
    with quick_story.database.transaction() as db:
        consents.say(
            db,
            young_person_id=cast.ama.id,
            about=About.SHARING,
            is_yes=True,
            voice=Voice.YOUNG_PERSON,
            actor=cast.ama.actor,
            now=now,
        )
    remove(quick_story, cast.ama)
    open_page(quick_story)
    with quick_story.database.reading() as db:
        assert not consents.may_share(db, cast.ama.id, now=now)
