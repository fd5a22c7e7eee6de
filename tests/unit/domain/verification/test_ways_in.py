"""What was typed, pasted or scanned is understood for what it is, and nothing is opened."""

from __future__ import annotations

import itertools

import pytest

from accredit.domain.verification.ways_in import Way, of_address, of_text
from accredit.kit import typed_code

HOSTS = frozenset({"accredit.example", "localhost:8080"})
CODE = "7K3MD9RTWX4HP" + typed_code.check_symbol("7K3MD9RTWX4HP")
RECEIPT = "c2sp.org/tlog-proof@v1\nindex 3\n\naccredit.example/ledger\n4\nAAAA\n"


@pytest.mark.parametrize(
    ("text", "way", "code"),
    [
        pytest.param(CODE, Way.CODE, CODE, id="a code"),
        pytest.param(typed_code.show(CODE).lower(), Way.CODE, typed_code.show(CODE).lower(), id="a code as printed"),
        pytest.param(CODE[:-1] + "?", Way.NOTHING, None, id="a code with a mark that no keyboard of ours has"),
        pytest.param(f"https://accredit.example/v/{CODE}", Way.CODE, CODE, id="our address"),
        pytest.param(f"HTTPS://ACCREDIT.EXAMPLE/V/{CODE}", Way.CODE, CODE, id="our address in capitals"),
        pytest.param(f"accredit.example/v/{CODE}", Way.CODE, CODE, id="our address without its scheme"),
        pytest.param(f" <https://accredit.example/v/{CODE}> ", Way.CODE, CODE, id="our address out of a letter"),
        pytest.param(f"http://localhost:8080/v/{CODE}", Way.CODE, CODE, id="our address on this machine"),
        pytest.param(f"https://accredit.example/v/{CODE}?utm=x", Way.CODE, CODE, id="with what a mailer adds"),
        pytest.param("https://accredit.example/o/ysgol", Way.OWN_PAGE, None, id="another page of ours"),
        pytest.param("https://accredit.example/credentials/x", Way.OWN_PAGE, None, id="no credential's page"),
        pytest.param(f"https://elsewhere.example/v/{CODE}", Way.OTHER_ADDRESS, None, id="somebody else's address"),
        pytest.param("www.linkedin.com/in/ama", Way.OTHER_ADDRESS, None, id="a profile"),
        pytest.param("https://a]", Way.OTHER_ADDRESS, None, id="WI27 an address that cannot be read"),
        pytest.param('{"issuer": 1}', Way.DOCUMENT, None, id="JSON"),
        pytest.param("eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ4In0xxxx.c2lnbmF0dXJl", Way.DOCUMENT, None, id="a token"),
        pytest.param(RECEIPT, Way.RECEIPT, None, id="a receipt of the log"),
        pytest.param(
            "accredit.example/ledger\n4\n" + "A" * 43 + "=\n\n— accredit.example/ledger AAAA", Way.RECEIPT, None,
            id="a checkpoint of the log",
        ),
        pytest.param("Ama Sample", Way.NOTHING, None, id="a name"),
        pytest.param("Dear Sir, Ama in 12B has asked me to write", Way.NOTHING, None, id="a letter"),
        pytest.param("ama@school.example", Way.NOTHING, None, id="an e-mail address"),
        pytest.param("", Way.NOTHING, None, id="nothing"),
        pytest.param("x" * 1_000_000, Way.NOTHING, None, id="a million letters"),
        pytest.param("https://" + "a." * 500_000, Way.NOTHING, None, id="an address without an end"),
    ],
)  # fmt: skip
def test_what_somebody_has_is_understood(text: str, way: Way, code: str | None) -> None:
    found = of_text(text, hosts=HOSTS)
    assert (found.way, found.code) == (way, code)


def test_a_page_of_a_credential_and_what_follows_a_code_are_kept_apart() -> None:
    page = of_address("https://accredit.example/credentials/6a1676b8-b51f-41ed-937b-d76685a20ff5.pdf", hosts=HOSTS)
    assert (page.way, str(page.credential_id)) == (Way.CREDENTIAL_PAGE, "6a1676b8-b51f-41ed-937b-d76685a20ff5")
    found = of_address(f"HTTPS://ACCREDIT.EXAMPLE/V/{CODE}#123456", hosts=HOSTS)
    assert (found.way, found.code, found.statement) == (Way.CODE, CODE, "123456")


@pytest.mark.attack("VX25")
@pytest.mark.parametrize(
    "host",
    [
        "accred1t.example", "acccredit.example", "accredlt.example", "accerdit.example", "аccredit.example",
        "xn--ccredit-2fg.example", "accredit.example.verify.test", "accredit-example.test", "accreditt.example",
        "user@accredit.example", "accredit.example@evil.test",
    ],
)  # fmt: skip
def test_vx25_an_address_that_imitates_ours_is_said_to(host: str) -> None:
    assert of_text(f"https://{host}/v/{CODE}", hosts=HOSTS).way is Way.LOOK_ALIKE


@pytest.mark.parametrize("host", ["school.example", "credly.com", "w3id.org", "badgr.io", "accreditation.org.uk"])
def test_an_honest_stranger_is_not_called_an_imitation(host: str) -> None:
    assert of_text(f"https://{host}/v/{CODE}", hosts=HOSTS).way is Way.OTHER_ADDRESS


def test_no_slip_in_a_code_leads_to_another_code() -> None:
    for place, symbol in itertools.product(range(14), typed_code.ALPHABET):
        slipped = CODE[:place] + symbol + CODE[place + 1 :]
        found = of_text(slipped, hosts=HOSTS)
        assert found.way is Way.CODE
        assert found.code == slipped
        if slipped != CODE:
            with pytest.raises(typed_code.TypedCodeError, match="check"):
                typed_code.read(slipped)
