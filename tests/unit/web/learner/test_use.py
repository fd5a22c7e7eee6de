"""For a university, a CV or a job: facts of one's own record, the code, and the three answers counted."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest

from accredit.domain.credentials import hiding
from accredit.domain.issuing import status_operations
from accredit.domain.programmes.rules import Definition
from accredit.kit import typed_code
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import HOST, NOW
from tests.house.test_routes import watched_writes
from tests.populated import Year
from tests.web import Browser, ClientFor


def read(client: Browser, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.get_data(as_text=True)).split())


def address(cast: Cast) -> str:
    return f"/my/use/{cast.ama.enrolled}"


def numbers(page: str) -> dict[str, str]:
    found = dict(re.findall(r'data-counts="(\w+)">([\d,]+)<', page))
    found |= {f"{name} needs": number for name, number in re.findall(r'data-needs="(\w+)">([\d,]+)<', page)}
    return found | dict(re.findall(r"(data-together)>([\d,]+)<", page))


def test_lines_of_the_certificate_stand_ready_with_their_code(ama: Browser, year: Year) -> None:
    seen = read(ama, "/my/use")
    assert "Trained Peer Supporter (Wellbeing Ambassadors), Example Park Academy, June 2026." in seen
    assert f"{HOST}/v/{typed_code.show(year.code)}" in seen
    assert "From your certificate: Trained Peer Supporter, 30 June 2026." in seen
    assert "does not carry UCAS Tariff points" in seen
    assert 'href="/my/use"' in read(ama, "/my/certificates")


def test_facts_lead_to_where_they_stand_in_the_record(ama: Browser, cast: Cast) -> None:
    seen, record = read(ama, address(cast)), read(ama, "/my/done")
    targets = re.findall(r'href="/my/done#([^"]+)"', seen)
    assert len(targets) > 5
    assert [target for target in targets if f'id="{target}"' not in record] == []


def test_answers_are_counted_without_a_script_and_nothing_is_kept(
    ama: Browser, cast: Cast, sqlite_database: Database
) -> None:
    answers = {"why": "Llŷr’s\r\nquestion", "studies": "x" * 350, "beyond": "y" * 3_700}
    with watched_writes(sqlite_database) as written:
        answer = ama.post(address(cast), data=answers)
    assert answer.status_code == 200
    page = html.unescape(answer.get_data(as_text=True))
    assert numbers(page) == {
        "why": "15",
        "studies": "350",
        "beyond": "3,700",
        "why needs": "335",
        "studies needs": "0",
        "beyond needs": "0",
        "data-together": "4,065",
    }
    assert "Too many: <strong>65</strong>" in page
    assert "Llŷr’s\r\nquestion" in page
    assert written == []
    assert "Llŷr" not in read(ama, address(cast))


def test_far_too_much_is_given_back_with_a_kind_sentence(ama: Browser, cast: Cast) -> None:
    answer = ama.post(address(cast), data={"why": "x" * 20_001})
    assert answer.status_code == 422
    assert '<a href="#why">' in answer.text
    assert "x" * 20_001 in answer.text


def test_nobody_elses_record_is_there(client_for: ClientFor, cast: Cast, year: Year) -> None:
    for who in (cast.cai, cast.olu):
        assert client_for(who).get(address(cast)).status_code == 404
        assert client_for(who).post(address(cast), data={"why": "x"}).status_code == 404


def test_without_a_certificate_the_record_of_today_is_told_without_a_code(
    client_for: ClientFor, cast: Cast, year: Year
) -> None:
    seen = read(client_for(cast.cai), "/my/use")
    assert "From your record as it is today." in seen
    assert "Wellbeing Ambassadors, Example Park Academy. Supervised peer support: 45 minutes, June 2026." in seen
    assert "/v/" not in seen.split("<main", 1)[1]


def test_somebody_with_nothing_yet_learns_what_comes(client_for: ClientFor, cast: Cast) -> None:
    assert "There is nothing to tell yet." in read(client_for(cast.olu), "/my/use")


@pytest.mark.parametrize("change", ["revoked", "hidden"])
def test_a_certificate_that_confirms_nothing_is_not_cited(
    ama: Browser, cast: Cast, year: Year, sqlite_database: Database, change: str
) -> None:
    with sqlite_database.transaction() as db:
        if change == "revoked":
            status_operations.revoke(db, issuance_id=year.issuance_id, reason="x", actor=cast.nia.actor, now=NOW)
        else:
            hiding.hide(db, award_id=year.award_id, is_whole=False, actor=cast.lee.actor, now=NOW)
    seen = read(ama, "/my/use")
    assert "/v/" not in seen.split("<main", 1)[1]
    assert "From your record as it is today." in seen


def test_everything_that_was_done_stands_on_one_page(ama: Browser) -> None:
    seen = read(ama, "/my/done")
    assert "Listening well <small>12 September 2025</small>" in seen
    assert "<small>22 June 2026, 45 minutes. With: Sam Specimen</small>" in seen
    assert "22 June 2026. Seen by: Sam Specimen" in seen
    # What waits for an adult is on the first page, and not done yet.
    assert "23 June 2026" not in seen


def test_a_break_leaves_no_trace_in_what_is_told(client_for: ClientFor, cast: Cast, year: Year) -> None:
    ben = client_for(cast.ben)
    for path in ("/my/use", f"/my/use/{cast.ben.enrolled}", "/my/done"):
        main = read(ben, path).split("<main", 1)[1].lower()
        assert "break" not in main
        assert "1 june" not in main


def test_who_looked_is_told_with_the_day(client_for: ClientFor, cast: Cast, ama: Browser) -> None:
    assert "Nobody at your school has opened your page yet." in read(ama, "/my/looked")
    nia = client_for(cast.nia)
    assert nia.get(f"/school/people/{cast.ama.id}").status_code == 200
    assert "Nia Enghraifft <small>30 June 2026</small>" in read(ama, "/my/looked")
    assert "Nia Enghraifft" not in read(client_for(cast.cai), "/my/looked")
    assert 'href="/my/looked"' in read(ama, "/my/done")


def test_the_youngest_are_told_nothing_of_ucas_here_either(
    ama: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A version of a programme never changes, so it is read differently here.
    original = Definition.from_json.__func__  # type: ignore[attr-defined]  # a class method

    def changed(cls: type[Definition], data: Any) -> Definition:
        definition: Definition = original(cls, data)
        return replace(definition, tariff_line=False)

    monkeypatch.setattr(Definition, "from_json", classmethod(changed))
    seen = read(ama, "/my/use")
    assert "Trained Peer Supporter (Wellbeing Ambassadors)" in seen
    assert "UCAS" not in seen
    assert ama.get(address(cast)).status_code == 404
