"""The strict reader against the grammar of RFC 8259, case by case; see `json_cases`."""

from __future__ import annotations

import pytest

from accredit.kit.linkeddata.errors import JsonRefused
from accredit.kit.linkeddata.strict_json import loads
from tests.unit.kit.linkeddata.json_cases import BAD, DECIDED, GOOD

pytestmark = pytest.mark.attack("VP09")


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_json_is_read(data: bytes) -> None:
    loads(data)


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(JsonRefused) as refused:
        loads(data)
    assert refused.value.code in {"json_syntax", "json_not_utf8", "json_number"}


@pytest.mark.parametrize("case", DECIDED.values(), ids=DECIDED)
def test_what_is_left_to_the_reader_is_decided(case: tuple[bytes, str | None]) -> None:
    data, code = case
    if code is None:
        loads(data)
        return
    with pytest.raises(JsonRefused) as refused:
        loads(data)
    assert refused.value.code == code


def test_there_are_cases_enough() -> None:
    assert (len(GOOD) > 50, len(BAD) > 100, len(DECIDED) > 15) == (True, True, True)
