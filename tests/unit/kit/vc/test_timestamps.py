"""Dates and times: nothing odd is read as something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from accredit.kit.vc import timestamps
from accredit.kit.vc.errors import TimestampInvalid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T09:30:00Z", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("2026-11-23T09:30:00+00:00", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("2026-11-23T09:30:00-05:30", datetime(2026, 11, 23, 15, 0, tzinfo=UTC)),
        ("2026-11-23T09:30:00.000001Z", datetime(2026, 11, 23, 9, 30, 0, 1, tzinfo=UTC)),
        ("2026-11-23T09:30:00.0000009Z", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("2026-11-23T09:30:00+13:59", datetime(2026, 11, 22, 19, 31, tzinfo=UTC)),
        ("2026-11-23T09:30:00+14:00", datetime(2026, 11, 22, 19, 30, tzinfo=UTC)),
        ("2026-11-23T09:30:00.5Z", datetime(2026, 11, 23, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-11-23T09:30:00.1234567Z", datetime(2026, 11, 23, 9, 30, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_reads_a_date_and_time(text: str, expected: datetime) -> None:
    assert timestamps.parse(text) == expected
    assert timestamps.parse(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-23T23:59:60Z", "2026-11-23T24:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"),
        *("2026-02-30T00:00:00Z", "2026-11-23T09:30:00+14:59", "2026-11-23T09:30:00+24:00", "2026-11-23t09:30:00z"),
        *("2026-11-23 09:30:00Z", "2026-11-23T09:30Z", "2026-11-23", "", " 2026-11-23T09:30:00Z"),
        "2026-11-23T09:30:00Z\n",
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "٢٠٢٦-11-23T09:30:00Z"),
    ],
)
def test_vl21_refuses_what_readers_would_read_differently(text: str) -> None:
    with pytest.raises(TimestampInvalid) as refused:
        timestamps.parse(text, path="$.validFrom")
    assert (refused.value.code, refused.value.path) == ("timestamp", "$.validFrom")


def test_only_a_proof_may_leave_out_the_offset() -> None:
    with pytest.raises(TimestampInvalid):
        timestamps.parse("2026-11-23T09:30:00")
    assert timestamps.parse("2026-11-23T09:30:00", needs_offset=False) == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, 1, ["2026-11-23T09:30:00Z"]])
def test_only_text_is_a_time(value: object) -> None:
    with pytest.raises(TimestampInvalid) as refused:
        timestamps.parse(value)
    assert (refused.value.code, refused.value.path) == ("timestamp", "$")


def test_writes_in_utc_to_the_second() -> None:
    moment = datetime(2026, 11, 23, 9, 30, 5, 999, tzinfo=timezone(timedelta(hours=1)))
    assert timestamps.write(moment) == "2026-11-23T08:30:05Z"
    with pytest.raises(TimestampInvalid) as refused:
        timestamps.write(moment.replace(tzinfo=None))
    assert (refused.value.code, refused.value.path) == ("timestamp", "$")
