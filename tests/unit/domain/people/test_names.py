"""Names are kept as people write them; what cannot be a name is refused with its own reason."""

from __future__ import annotations

import hmac
import time
import unicodedata

import pytest

from accredit.domain.people.names import check_name, initials, name_matches
from accredit.errors import RuleBroken

LONG = (
    "Maximiliana-Alexandrina Charlotte-Josephine "
    "Exampleton-Fitzspecimen-Demonstrandum of Placeholder Magna-under-Sample"
)
KEPT = [
    "Llŷr Enghraifft",
    "Ŵyn",
    "Siân",
    "O'Specimen",
    "O’Sampla",
    "'t Voorbeeld",
    "Zoë van 't Voorbeeld",
    "Ní Shampla",
    "Mac an tSampla",
    "NicEisimpleir",
    "Paweł Przykładowski",
    "Oluwaṣeun Àpẹẹrẹ",
    "Nguyễn Ví Dụ",
    "İpek Örnekoğlu",
    "Ștefan",
    "Jo E",
    "E",
    "Putri",
    "-Jo",
    "Дарина Зразок",
    "ليلى مثال",
    "Gal·la",
    "Kaʻiulani",
    "Anne-Marie (Mimi) d’Exemple Jr.",
    "نام\u200cها",
    LONG,
]


@pytest.mark.parametrize("name", KEPT)
def test_a_name_is_kept_exactly_as_typed(name: str) -> None:
    assert check_name(name) == name


def test_only_white_space_and_normal_form_are_evened_out() -> None:
    assert check_name("  ap\u00a0 Enghraifft ") == "ap Enghraifft"
    assert check_name(unicodedata.normalize("NFD", "Llŷr")) == "Llŷr"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param("", "name-missing", id="nothing"),
        pytest.param(" \u00a0 ", "name-missing", id="only white space"),
        pytest.param(".", "name-missing", id="only a dot"),
        pytest.param("A" * 151, "name-too-long", id="151 letters"),
        pytest.param("Ama\nSample", "name-control", id="a line break"),
        pytest.param("Ama\tSample", "name-control", id="a tab"),
        pytest.param("Ama\u2028Sample", "name-control", id="a line separator"),
        pytest.param("Ama\0", "name-control", id="a NUL"),
        pytest.param("Alex\u202egpj", "name-control", id="a right-to-left override"),
        pytest.param("Alex\u2066", "name-control", id="an isolate"),
        pytest.param("Alex\u200f", "name-control", id="a direction mark"),
        pytest.param("Al\u200bex", "name-invisible", id="a zero-width space"),
        pytest.param("Al\u200dex", "name-invisible", id="a joiner between Latin letters"),
        pytest.param("Al\u00adex", "name-invisible", id="a soft hyphen"),
        pytest.param("Al\u3164ex", "name-invisible", id="a Hangul filler"),
        pytest.param("Ama\ufe0f", "name-invisible", id="a variation selector"),
        pytest.param("Verified ✔", "name-symbol", id="a tick"),
        pytest.param("Ama ✅", "name-symbol", id="a green tick"),
        pytest.param("Ama √", "name-symbol", id="a root that looks like a tick"),
        pytest.param("Ama ★", "name-symbol", id="a star"),
        pytest.param("Ama ®", "name-symbol", id="a registered sign"),
        pytest.param("Ama 🏅", "name-symbol", id="a medal"),
        pytest.param("Ⓥ Ama", "name-symbol", id="a circled letter"),
        pytest.param("Ama \ue000", "name-symbol", id="a private character"),
        pytest.param("=Ama", "name-formula", id="a formula"),
        pytest.param("@Ama", "name-formula", id="an at sign"),
        pytest.param("A" + "\u0336\u0337\u0338\u0330\u0331\u0332\u0333" + "ma", "name-marks", id="a pile of marks"),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_its_reason(text: str, rule: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        check_name(text)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Siân Gwenllïan Dŵr-Ŵyn", "S. G. D."),
        ("Putri", "P."),
        ("Zoë van 't Voorbeeld", "Z. v. t. V."),
        ("İpek Örnekoğlu", "İ. Ö."),
        ("Ọ̀ṣun Àpẹẹrẹ", "Ọ̀. À."),
        ("Дарина Зразок", "Д. З."),
        ("ليلى مثال", "ل. م."),
        ("प्रिया उदाहरण", "प. उ."),
        ("Ama – Sample", "A. S."),
    ],
)
def test_initials_take_one_letter_of_each_word(name: str, expected: str) -> None:
    assert initials(name) == unicodedata.normalize("NFC", expected)


@pytest.mark.parametrize(
    ("typed", "printed", "known_as"),
    [
        pytest.param("Siân Gwenllïan Dŵr-Ŵyn", "Siân Gwenllïan Dŵr-Ŵyn", None, id="exactly"),
        pytest.param("sian gwenllian dwr wyn", "Siân Gwenllïan Dŵr-Ŵyn", None, id="without accents, case and hyphen"),
        pytest.param("Sampla, Aoife O", "Aoife O’Sampla", None, id="surname first, apostrophe as a space"),
        pytest.param("aoife osampla", "Aoife O’Sampla", None, id="no apostrophe"),
        pytest.param("Aoife O'Sampla", "Aoife O’Sampla", None, id="the other apostrophe"),
        pytest.param("oisin mac an t sampla", "Oisín Mac an tSampla", None, id="a space more"),
        pytest.param("OISIN MACANTSAMPLA", "Oisín Mac an tSampla", None, id="spaces fewer"),
        pytest.param("Pawel Przykladowski", "Paweł Przykładowski", None, id="a stroke through the letter"),
        pytest.param("ipek ornekoglu", "İpek Örnekoğlu", None, id="a dotted capital"),
        pytest.param("IPEK ORNEKOGLU", "İpek Örnekoğlu", None, id="capitals of an English keyboard"),
        pytest.param("Strasse Grosse", "Straße Große", None, id="a sharp s"),
        pytest.param("зразок дарина", "Дарина Зразок", None, id="another script in another order"),
        pytest.param("Gwen Ŵyn-Enghraifft", "Gwenllïan Ŵyn-Enghraifft", "Gwen", id="the known-as first name"),
        pytest.param("Daryna Zrazok", "Дарина Зразок", "Daryna Zrazok", id="a whole known-as name"),
        pytest.param("Zoe Voorbeeld", "Zoë van 't Voorbeeld", None, id="without the particles"),
        pytest.param("zoe vant voorbeeld", "Zoë van 't Voorbeeld", None, id="particles written together"),
        pytest.param("Ejemplo Maria", "María de la Ejemplo", None, id="surname first, without the particles"),
        pytest.param("Cadi Enghraifft", "Cadi ferch Enghraifft", None, id="without the Welsh patronym"),
        pytest.param("Gwen Enghraifft", "Gwenllïan ap Enghraifft", "Gwen", id="known-as, without the particle"),
    ],
)
def test_a_name_typed_from_paper_matches(typed: str, printed: str, known_as: str | None) -> None:
    assert name_matches(typed, printed, known_as)


@pytest.mark.parametrize(
    ("typed", "printed", "known_as"),
    [
        pytest.param("", "Ama Sample", None, id="nothing"),
        pytest.param("Ama", "Ama Sample", None, id="the first name alone"),
        pytest.param("Ama", "Ama Sample", "Ama", id="the known-as name alone"),
        pytest.param("Ama Sampel", "Ama Sample", None, id="two letters changed places"),
        pytest.param("Amara Specimen-Bello", "Amari Specimen-Bello", None, id="the twin"),
        pytest.param("Ama Sample Sample", "Ama Sample", None, id="a part twice"),
        pytest.param("'-", "Ama", None, id="punctuation"),
        pytest.param("van", "Zoë van", None, id="a particle alone"),
        pytest.param("Zoe", "Zoë van", None, id="a first name whose surname is a particle"),
        pytest.param("Mal Epeas", "Ama Sample", None, id="the same letters in another order"),
        pytest.param("Ama Sampl\0", "Ama Sample", None, id="a sign that stands for nothing"),
        pytest.param("a" * 5000, "Ama", None, id="far too long"),
        pytest.param("b" + "a" * 77, " ".join("a" * n for n in range(1, 13)), None, id="a name made to be slow"),
    ],
)
def test_another_name_does_not_match(typed: str, printed: str, known_as: str | None) -> None:
    assert not name_matches(typed, printed, known_as)


@pytest.mark.attack("DP07")
def test_the_work_is_the_same_however_near_a_guess_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    compare = hmac.compare_digest

    def counting(one: bytes, other: bytes) -> bool:
        counted.append(len(other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    work = []
    for guess in ("Siân Gwenllïan Dŵr-Ŵyn", "Sian Gwenllian Dwr Wyx", "Siân", "Zzzz Zzzzzzzzz Zzz-Zzz", "z" * 290):
        counted.clear()
        name_matches(guess, "Siân Gwenllïan Dŵr-Ŵyn", "Siân")
        work.append(tuple(counted))
    assert len(set(work)) == 1


def test_a_name_of_many_parts_is_answered_at_once() -> None:
    name = " ".join(f"{first}{second}" for first in "abcdef" for second in "klmnop")[:150]
    began = time.perf_counter()
    assert name_matches(name.upper(), name)
    assert name_matches(" ".join(reversed(name.split())), name)
    assert not name_matches(name + "x", name)
    assert time.perf_counter() - began < 0.5
