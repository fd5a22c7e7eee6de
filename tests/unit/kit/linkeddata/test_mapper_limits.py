"""How much one document may ask of the mapper."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from accredit.kit.linkeddata import LinkedDataError, TooComplex, canonicalise
from accredit.kit.linkeddata.mapper import Limits, to_dataset
from tests.unit.kit.linkeddata.test_mapper import Change, badge, put_in_achievement, subject

OVER_LIMIT: dict[str, tuple[Change, Limits, str]] = {
    "VL24 four thousand values of one property": (
        put_in_achievement("tag", [str(n) for n in range(4_000)]),
        Limits(),
        "too_complex",
    ),
    "a long list": (put_in_achievement("allowedValue", ["x"] * 4_000), Limits(), "unsigned_data"),
    "too many facts": (put_in_achievement("tag", ["a", "b", "c", "d"]), Limits(quads=10), "too_complex"),
    "too deep": (put_in_achievement("tag", []), Limits(depth=2), "too_deep"),
}


@pytest.mark.parametrize("case", OVER_LIMIT.values(), ids=OVER_LIMIT)
def test_refuses_what_is_over_a_limit(case: tuple[Change, Limits, str]) -> None:
    change, limits, code = case
    document = badge()
    change(document)
    with pytest.raises(LinkedDataError) as refused:
        to_dataset(document, limits=limits)
    assert refused.value.code == code
    assert refused.value.path.startswith("$.")
    assert isinstance(refused.value, TooComplex) or code == "unsigned_data"


def test_a_long_ordered_list_is_over_the_limit_too() -> None:
    document = badge()
    subject(document)["achievement"]["resultDescription"][0]["allowedValue"] = ["x"] * 1_001
    with pytest.raises(TooComplex) as refused:
        canonicalise(document)
    assert refused.value.path == "$.credentialSubject.achievement.resultDescription[0].allowedValue"
    subject(document)["achievement"]["resultDescription"][0]["allowedValue"] = ["x"] * 1_000
    assert len(to_dataset(document)) > 2_000


def test_objects_may_be_nested_as_deep_as_the_limit_and_no_deeper() -> None:
    document = badge()
    assert to_dataset(document, limits=Limits(depth=_depth(document)))
    with pytest.raises(TooComplex) as refused:
        to_dataset(document, limits=Limits(depth=_depth(document) - 1))
    assert refused.value.code == "too_deep"
    assert refused.value.path.startswith("$.")


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return max(map(_depth, value), default=0) if isinstance(value, list) else 0


def test_odd_mixtures_of_types_do_not_fill_the_memory() -> None:
    for number in range(2_000):
        document = copy.deepcopy(badge())
        document["type"] = ["VerifiableCredential", f"https://x.example/{number}"]
        assert len(to_dataset(document)) > 20
