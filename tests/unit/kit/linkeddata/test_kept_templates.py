"""What is kept is bounded, learnt only from what the caller vouches for, and never makes an answer another one."""

from __future__ import annotations

import copy
import threading
from typing import Any

import pytest

from accredit.bench import credentials
from accredit.kit.linkeddata import LinkedDataError, MappingRefused, canonicalise, kept_templates
from accredit.kit.linkeddata.kept_templates import KeptTemplates
from accredit.kit.linkeddata.templates import Template
from tests.unit.kit.linkeddata.template_shapes import SHAPES, changed

COHORT = credentials.of_one_achievement(24)
OTHERS = credentials.of_many(24)


def taught(documents: tuple[dict[str, Any], ...] = COHORT, *, owner: str = "a", size: int = 8) -> KeptTemplates:
    kept = KeptTemplates(size=size)
    for each in documents:
        if not kept.canonicalise(each, owner=owner)[1]:
            kept.learn(each, owner=owner)
    return kept


def fits(kept: KeptTemplates, document: dict[str, Any], *, owner: str = "a") -> bool:
    written, fitted, _ = kept.canonicalise(document, owner=owner)
    assert written == canonicalise(document)
    return fitted


def test_a_cohort_is_written_by_one_template() -> None:
    kept = taught()
    assert len(kept) == 1
    assert all(fits(kept, each) for each in COHORT)


def test_two_of_a_kind_are_needed_and_the_same_one_again_teaches_nothing() -> None:
    kept = taught(COHORT[:1] * 5)
    assert not fits(kept, COHORT[0])
    kept.learn(COHORT[1], owner="a")
    assert fits(kept, COHORT[0])
    assert fits(kept, COHORT[1])


def test_what_comes_again_unchanged_may_be_learnt_on_demand_and_widened_later() -> None:
    document, places = SHAPES["a proof configuration"]
    kept = KeptTemplates()
    for _ in range(3):
        kept.learn(document, owner="a", comes_again=True)
    assert fits(kept, document)
    later = changed(document, places[:1], ["2026-01-01T00:00:01Z"])
    assert not fits(kept, later)
    kept.learn(later, owner="a", comes_again=True)
    assert fits(kept, later)
    assert fits(kept, document)


def test_reading_teaches_nothing() -> None:
    kept = KeptTemplates()
    assert not any(fits(kept, each) for each in COHORT * 2)
    assert len(kept) == 0


def test_one_owner_neither_sees_nor_spoils_what_was_learnt_from_another() -> None:
    kept = taught()
    for number, each in enumerate(COHORT):
        other = copy.deepcopy(each)
        other["issuer"]["name"] = f"Name {number}"
        kept.learn(other, owner="b")
    assert all(fits(kept, each) for each in COHORT)
    assert not fits(kept, COHORT[0], owner="c")


def test_no_more_is_kept_than_was_said() -> None:
    kept = KeptTemplates(size=4)
    for number in range(200):
        for _ in range(2):
            kept.learn(COHORT[0], owner=str(number))
    assert len(kept) == 4
    assert len(kept._seen) == 64


def test_what_is_used_stays_and_what_is_not_gives_way() -> None:
    kept = taught(size=4)
    for number in range(20):
        assert fits(kept, COHORT[0])
        for _ in range(2):
            kept.learn(COHORT[1], owner=str(number))
    assert len(kept) == 4


def test_what_differs_from_person_to_person_is_not_kept() -> None:
    kept = taught()
    remembered = repr([(each.example, each.template) for each in kept._learnt.values()])
    assert "Ama Sample" in repr(COHORT)
    assert "Ama Sample" not in remembered


def test_a_changed_constant_gives_the_bytes_of_the_change() -> None:
    kept = taught()
    forged = copy.deepcopy(COHORT[3])
    forged["credentialSubject"]["achievement"]["name"] = "Doctor of Everything"
    assert not fits(kept, forged)
    assert kept.canonicalise(forged, owner="a")[0] != kept.canonicalise(COHORT[3], owner="a")[0]


def test_a_refusal_is_that_of_the_general_path() -> None:
    kept = taught()
    for place, value in ((("id",), "no iri"), (("validFrom",), None), (("credentialSubject", "narrative"), "\uffff")):
        wrong = changed(COHORT[0], [place], [value])
        with pytest.raises(LinkedDataError) as expected:
            canonicalise(wrong)
        with pytest.raises(MappingRefused) as refused:
            kept.canonicalise(wrong, owner="a")
        assert str(refused.value) == str(expected.value)


def _of_another_build(number: int) -> dict[str, Any]:
    """Documents that look alike from outside, each built in another way inside."""
    document = copy.deepcopy(COHORT[0])
    document["credentialStatus"]["type"] = ["BitstringStatusListEntry"] * (number + 2)
    return document


def test_after_some_failures_no_more_work_is_spent_on_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = taught()
    for number in range(6):
        kept.learn(_of_another_build(number), owner="a")
    monkeypatch.setattr(kept_templates, "differences", None)
    kept.learn(_of_another_build(7), owner="a")
    # What had been learnt before is still of use.
    assert fits(kept, COHORT[5])


def test_values_that_never_fit_are_given_up_too() -> None:
    kept = taught()
    for number in range(6):
        odd = changed(COHORT[0], [("id",)], [f"mailto:{number}@x.example"])
        assert not fits(kept, odd)
        kept.learn(odd, owner="a")
    assert next(iter(kept._learnt.values())).failures == 4
    assert fits(kept, COHORT[1])


def test_what_no_template_can_be_made_of_is_counted() -> None:
    kept = taught()
    other = changed(COHORT[0], [("credentialStatus", "type")], ["BitstringStatusList"])
    kept.learn(other, owner="a")
    assert next(iter(kept._learnt.values())).failures == 1


def test_a_template_that_disagrees_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Template, "apply", lambda _self, _document: b"something else")
    kept = KeptTemplates()
    for each in COHORT:
        kept.learn(each, owner="a")
    assert all(each.template is None for each in kept._learnt.values())


def _nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "members",
    [{"name": "x" * 50_000}, {"name": {"@value": _nested(80), "@type": "@json"}}],
    ids=["a long document", "a deep one"],
)
def test_nothing_is_kept_of_an_unwieldy_document(members: dict[str, Any]) -> None:
    kept = taught(tuple({**each, **members} for each in COHORT))
    assert [each.example for each in kept._learnt.values()] == [{}]
    assert not fits(kept, {**COHORT[0], **members})


def test_a_very_long_owner_or_a_very_broad_document_gets_no_template() -> None:
    assert len(taught(owner="o" * 400)) == 0
    kept = KeptTemplates()
    broad = {f"m{number}": "x" for number in range(70)}
    for _ in range(3):
        kept.learn(broad, owner="a")
    assert len(kept) == 0
    with pytest.raises(LinkedDataError):
        kept.canonicalise({"@context": [1, None], "credentialSubject": [{"id": []}], **broad}, owner="a")


def test_one_subject_in_a_list_is_looked_at_as_one_alone() -> None:
    listed = tuple({**each, "credentialSubject": [each["credentialSubject"]]} for each in COHORT)
    kept = taught(listed)
    assert all(fits(kept, each) for each in listed)


def test_documents_of_every_shape_are_written_as_ever() -> None:
    kept = taught((*OTHERS, *COHORT, *OTHERS))
    for each in (*OTHERS, *COHORT):
        fits(kept, each)


def test_threads_that_learn_and_read_at_once_get_the_same_bytes() -> None:
    kept = KeptTemplates(size=2)
    expected = [canonicalise(each) for each in COHORT]
    wrong: list[int] = []

    def work(start: int) -> None:
        for turn in range(60):
            number = (start + turn) % len(COHORT)
            written, fitted, _ = kept.canonicalise(COHORT[number], owner=str(turn % 3))
            if written != expected[number]:
                wrong.append(number)
            if not fitted:
                kept.learn(COHORT[number], owner=str(turn % 3))

    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(kept) <= 2


def _nothing_but_lists(depth: int) -> Any:
    return {"id": _nested(depth), "type": [1, None]}


@pytest.mark.parametrize("depth", [1, 5_000], ids=["shallow", "deeper than the stack"])
def test_odd_members_end_in_a_refusal_of_the_one_family(depth: int) -> None:
    odd = _nothing_but_lists(depth)
    for members in (
        {"credentialSubject": {"achievement": odd, "x": odd}},
        {"credentialSubject": [odd]},
        {"x": [odd, 1]},
    ):
        with pytest.raises(LinkedDataError):
            KeptTemplates().canonicalise({**COHORT[0], **members}, owner="a")


def test_the_template_that_fitted_last_is_tried_first_and_wrong_for_nobody() -> None:
    other = tuple(copy.deepcopy(each) for each in COHORT)
    for each in other:
        each["credentialSubject"]["achievement"]["id"] += "-other"
    kept = taught(COHORT + other)
    for first, second in zip(COHORT, other, strict=True):
        assert fits(kept, first)
        assert fits(kept, second)


def test_of_the_templates_that_fitted_last_no_more_are_kept_than_was_said() -> None:
    kept = KeptTemplates(size=4)
    for number in range(20):
        for each in COHORT[:3]:
            if not kept.canonicalise(each, owner=f"owner {number}")[1]:
                kept.learn(each, owner=f"owner {number}")
        assert fits(kept, COHORT[4], owner=f"owner {number}")
    assert len(kept._latest) == 4


def test_what_was_signed_is_written_once_more_only_where_it_is_the_same_throughout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = taught()
    times = 0

    def counting(template: Template, found: list[Any]) -> bytes | None:
        nonlocal times
        times += 1
        return write(template, found)

    write = Template.write
    monkeypatch.setattr(Template, "write", counting)
    first = kept.canonicalise(COHORT[3], owner="a", comes_again=True)
    altered = copy.deepcopy(COHORT[3])
    altered["credentialSubject"]["result"][0]["value"] = "1000"
    assert kept.canonicalise(altered, owner="a").quads == canonicalise(altered) != first.quads
    assert times == 2
    assert kept.canonicalise(copy.deepcopy(COHORT[3]), owner="a") == first
    assert times == 2
    # It is kept for one time.
    assert kept.canonicalise(COHORT[3], owner="a") == first
    assert times == 3


def test_what_a_verifier_reads_is_not_kept() -> None:
    kept = taught()
    kept.canonicalise(COHORT[3], owner="a")
    assert kept._awaited is None
