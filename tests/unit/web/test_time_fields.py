"""Times of day are read as people type them."""

from __future__ import annotations

from datetime import time

import pytest

from accredit.web.time_fields import read_clock


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("12:40", time(12, 40), id="with a colon"),
        pytest.param("12.40", time(12, 40), id="with a full stop"),
        pytest.param("1240", time(12, 40), id="four digits"),
        pytest.param("940", time(9, 40), id="three digits"),
        pytest.param("08:05:00", time(8, 5), id="with seconds"),
        pytest.param("1:30 pm", time(13, 30), id="in the afternoon"),
        pytest.param("12:15 a.m.", time(0, 15), id="after midnight"),
        pytest.param("2pm", time(14, 0), id="a full hour in the afternoon"),
        pytest.param("00:00", time(0, 0), id="midnight"),
        pytest.param("9", None, id="a lone number may be morning or evening"),
        pytest.param("24:00", None, id="no such hour"),
        pytest.param("12:60", None, id="no such minute"),
        pytest.param("13:00 pm", None, id="no such hour of the afternoon"),
        pytest.param("lunch", None, id="a word"),
    ],
)
def test_times_are_read(typed: str, meant: time | None) -> None:
    assert read_clock(typed) == meant
