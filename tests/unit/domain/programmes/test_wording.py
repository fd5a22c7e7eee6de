"""The language list: what cannot be printed, what is kept for a reason, and what is never remarked upon."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accredit.domain.programmes import wording
from accredit.domain.programmes.language_list import ENGLISH, Action, Listed, Place, Why
from accredit.domain.programmes.templates import TEMPLATES
from accredit.errors import RuleBroken

WA = TEMPLATES["WA"]


@pytest.mark.parametrize(
    ("text", "place", "word", "action", "why"),
    [
        pytest.param(
            "Anxiety club", Place.NAME, "Anxiety club", Action.REFUSE, Why.SHOWS_A_NEED, id="a need in a name"
        ),
        pytest.param("Mental-health buddies", Place.NAME, "Mental-health", Action.ASK, Why.SHOWS_A_NEED, id="a hyphen"),
        pytest.param("They COUNSEL others", Place.TEXT, "COUNSEL", Action.REFUSE, Why.BEYOND_THE_ROLE, id="capitals"),
        pytest.param("two counsellors", Place.TEXT, "counsellors", Action.REFUSE, Why.BEYOND_THE_ROLE, id="a plural"),
        pytest.param(
            "co\u200bunselling", Place.TEXT, "counselling", Action.REFUSE, Why.BEYOND_THE_ROLE, id="hidden letter"
        ),
        pytest.param("ｔｈｅｒａｐｙ", Place.TEXT, "therapy", Action.REFUSE, Why.BEYOND_THE_ROLE, id="wide letters"),
        pytest.param("Worth UCAS points", Place.TEXT, "UCAS points", Action.REFUSE, Why.UNTRUE, id="points"),
        pytest.param("the best award", Place.TEXT, "best", Action.ASK, Why.OVERCLAIMS, id="a ranking"),
        pytest.param(
            "who did you see?", Place.TEXT, "who did you see", Action.REFUSE, Why.RECORDS_SOMEBODY, id="a mentee"
        ),
        pytest.param("tell your parents", Place.TEXT, "parents", Action.ASK, Why.LEAVES_OUT, id="parents alone"),
        pytest.param("Young carers’ award", Place.NAME, "Young carers", Action.REFUSE, Why.REVEALS_FAMILY, id="family"),
        pytest.param("LGBTQ+ Buddies", Place.NAME, "LGBTQ+", Action.REFUSE, Why.REVEALS_SEXUALITY, id="sexuality"),
        pytest.param("Autism mentor", Place.NAME, "Autism", Action.REFUSE, Why.REVEALS_DISABILITY, id="disability"),
        pytest.param("SEND support", Place.TEXT, "SEND", Action.REFUSE, Why.REVEALS_DISABILITY, id="a short form"),
        pytest.param("Asthma friends", Place.NAME, "Asthma", Action.REFUSE, Why.REVEALS_HEALTH, id="health in a name"),
        pytest.param(
            "Talking about grief", Place.TITLE, "grief", Action.ASK, Why.REVEALS_FAMILY, id="a module about it"
        ),
    ],
)
def test_a_listed_word_is_remarked_upon(text: str, place: Place, word: str, action: Action, why: Why) -> None:
    [remark] = wording.remarks(text, place)
    assert (remark.word, remark.action, remark.why) == (word, action, why)


@pytest.mark.parametrize(
    "text",
    [
        "Listening, not counselling",
        "Peer supporters are trained, and they are not counsellors.",
        "This award does not carry UCAS Tariff points.",
        "treat everyone kindly, just in case",
        "a parent, carer or guardian may come",
        "passing on to an adult, looked after myself",
        "send a friend to the sender",
        "bestow, failsafe, casement, Essence",
        "being patient and kind",
    ],
)
def test_what_keeps_the_role_small_is_not_remarked_upon(text: str) -> None:
    assert wording.remarks(text, Place.NAME) == ()


def test_mental_health_may_be_explained_but_is_no_name() -> None:
    assert wording.remarks("looking after one’s mental health", Place.TEXT) == ()
    assert wording.remarks("Mental health award", Place.NAME) != ()


def test_the_longer_phrase_speaks_and_a_word_is_told_once() -> None:
    said = wording.remarks("mental health champion and best friend, best of all", Place.NAME)
    assert [each.word for each in said] == ["mental health champion", "best"]


def test_a_text_of_the_product_is_exempt_as_it_stands_and_no_other() -> None:
    line = "They are trained by a counsellor."
    assert wording.remarks(line, Place.TEXT, exempt=[line]) == ()
    assert wording.remarks(f"{line} Also.", Place.TEXT, exempt=[line]) != ()


def test_remarks_say_where_the_word_stands() -> None:
    changed = replace(
        WA, name="Best Friends", levels=(replace(WA.levels[0], sentence="treats patients"), *WA.levels[1:])
    )
    assert [(each.part, each.code, each.field, each.remark.word) for each in wording.remarks_on(changed)] == [
        ("programme", "WA", "name", "Best"),
        ("level", "WA-TRN", "sentence", "treats"),
        ("level", "WA-TRN", "sentence", "patients"),
    ]


def test_a_refused_word_cannot_be_kept_and_an_asked_one_wants_a_decision() -> None:
    asked = replace(WA, name="Best Friends")
    with pytest.raises(RuleBroken) as caught:
        wording.check_words(asked)
    assert (caught.value.rule, caught.value.facts["words"]) == ("words-not-decided", ("Best",))
    keys = [each.key for each in wording.remarks_on(asked)]
    wording.check_words(asked, kept=keys)
    refused = replace(WA, name="Anxiety club")
    with pytest.raises(RuleBroken) as caught:
        wording.check_words(refused, kept=[each.key for each in wording.remarks_on(refused)])
    assert (caught.value.rule, caught.value.facts["words"]) == ("words-refused", ("Anxiety club",))


@pytest.mark.parametrize("listed", ENGLISH, ids=lambda listed: f"{listed.why.value}: {listed.phrases[0]}")
def test_every_listed_phrase_is_found_as_it_is_written_and_in_capitals(listed: Listed) -> None:
    for phrase in listed.phrases:
        for text in (phrase, phrase.upper(), f"Our {phrase} (2026)"):
            found = wording.remarks(text, Place.NAME)
            # A longer phrase of another entry may speak for it.
            assert found, text
            mildest = listed.by_place[Place.NAME]
            assert any(each.action in {Action.REFUSE, mildest} for each in found), text


def test_whatever_could_reveal_something_is_refused_in_a_name() -> None:
    revealing = [listed for listed in ENGLISH if listed.why.value.startswith("reveals-")]
    assert revealing
    assert {listed.by_place[Place.NAME] for listed in revealing} == {Action.REFUSE}
