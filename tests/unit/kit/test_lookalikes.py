"""Names and hosts that a reader would take for others."""

from __future__ import annotations

import pytest

from accredit.kit.lookalikes import hosts_look_alike, names_look_alike, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Νorthfield Sсhool", "Northfield School", id="letters of Greek and Cyrillic"),
        pytest.param("Manchester University", "University of Manchester", id="the same words in another order"),
        pytest.param("Northfield School", "NORTHFIELD  SCHOOL", id="capitals and spaces"),
        pytest.param("Northfie1d Sch00l", "Northfield School", id="figures for letters"),
        pytest.param("Northfieid School", "Northfield School", id="an i for an l"),
        pytest.param("Comwall College", "Cornwall College", id="m for r and n"),
        pytest.param("North\u200bfield School", "Northfield School", id="a space of no width"),
        pytest.param("Northfìeld School", "Northfield School", id="a mark on a letter"),
        pytest.param("Northfield Schol", "Northfield School", id="a letter dropped"),
        pytest.param("Nrothfield School", "Northfield School", id="two letters swapped"),
        pytest.param("Ｎｏｒｔｈｆｉｅｌｄ School", "Northfield School", id="wide letters"),
        pytest.param("The Northfield School Ltd", "Northfield School", id="small words"),
    ],
)
def test_names_that_look_alike(one: str, other: str) -> None:
    assert names_look_alike(one, other)
    assert names_look_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Northfield School", "Southfield School"),
        ("Ysgol Glan Clwyd", "Ysgol Glan Taf"),
        ("The School", "The College"),
        ("Oak", "Ash"),
        ("…", "!!"),
        ("St Mary's", "St Mark's"),
    ],
)
def test_names_that_do_not(one: str, other: str) -> None:
    assert not names_look_alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("northfie1d-school.org", "northfield-school.org", id="a figure"),
        pytest.param("northfield-school.com", "northfield-school.org", id="another ending"),
        pytest.param("northfieldschool.org", "northfield-school.org", id="no hyphen"),
        pytest.param("northfield.sch.uk", "northfield.org.uk", id="another ending of two parts"),
        pytest.param("xn--nrthfield-q1g.org", "northfield.org", id="a letter of another script"),
        pytest.param("northfield-school.org.evil.example.com", "northfield-school.org", id="ours before theirs"),
        pytest.param("northfieldschool-org.com", "northfield-school.org", id="a hyphen for a dot"),
        pytest.param("nortfield-school.org", "northfield-school.org", id="a letter dropped"),
    ],
)
def test_hosts_that_look_alike(one: str, other: str) -> None:
    assert hosts_look_alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("northfield.org", "northfield.org"),
        ("badges.northfield.org", "northfield.org"),
        ("southfield.org", "northfield.org"),
        ("oak.org", "ask.org"),
        ("xn--.org", "northfield.org"),
    ],
)
def test_hosts_that_do_not(one: str, other: str) -> None:
    assert not hosts_look_alike(one, other)


def test_a_skeleton_is_its_own() -> None:
    for text in ("Νorthfield Sсhool", "Cornwall", "Łódź 10"):
        assert skeleton(skeleton(text)) == skeleton(text)
