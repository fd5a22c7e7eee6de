"""The schedule that a school adopts is the one that runs: `docs/privacy/retention-schedule.md` says what the code does.

After a change of a period: ``python -m tests.unit.domain.retention.test_schedule_document`` writes the tables anew.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from accredit.domain.clients import repeating
from accredit.domain.clients import rules as keys
from accredit.domain.credentials import sharing_rules
from accredit.domain.people import device_keys, first_operator, invitations, joining, sign_ins, signing_in
from accredit.domain.practice import approval_links
from accredit.domain.retention import rules
from accredit.domain.retention.rules import SCHEDULE, RecordKind
from accredit.jobs import reconciler
from accredit.web.auth import cookie, known
from accredit.web.public import share

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = ROOT / "docs/privacy/retention-schedule.md"
COMMANDS = ROOT / "docs/operating/retention.md"
MARKED = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
UNITS = (("year", timedelta(days=365)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))

WHAT: dict[RecordKind, str] = {
    RecordKind.SIGN_IN_CODES: "codes sent to adults who sign in",
    RecordKind.SENT_MESSAGES: "letters (e-mail) to adults",
    RecordKind.OLD_SLIPS: "slips of young people that work no more",
    RecordKind.OLD_WORDS: "words of young people that open nothing any more (their keyed hash)",
    RecordKind.OLD_APPROVAL_LINKS: "links by which an adult without an account approved hours",
    RecordKind.JOINING_REQUESTS: "what an organisation said when it asked to join",
    RecordKind.ANSWERED_REQUESTS: "what a school’s own program asked for lately: ids and counts, no names",
    RecordKind.UNUSED_PICTURES: "a logo or signature that was added and never confirmed",
    RecordKind.DIGESTS_OF_NOBODY: "that somebody who holds no role any more wanted the weekly e-mail",
    RecordKind.REMINDERS_OF_NOBODY: "what somebody without a role was told of refreshers by e-mail: days, no names",
    RecordKind.WITHOUT_AWARD: (
        "a young person without an award or a record of peer support, with everything recorded about them"
    ),
    RecordKind.WITH_AWARD: (
        "a young person with an award or a record of peer support, with everything recorded and their certificates "
        "and papers"
    ),
}
BY_ITSELF: tuple[tuple[str, str, tuple[timedelta, ...]], ...] = (
    ("a young person’s sign-in", "{} without use, {} in any case", (cookie.YOUNG_QUIET, cookie.YOUNG_LONGEST)),
    ("an adult’s sign-in", "asleep after {} without use; over after {}", (cookie.STAFF_QUIET, sign_ins.LONGEST)),
    (
        "the cookie of a browser that an adult signed in from",
        "{} after the last time",
        (timedelta(seconds=known.LASTS_SECONDS),),
    ),
    ("what a device is asked to sign with a passkey", "{}, or once used", (device_keys.LIFETIME,)),
    ("a code sent to sign in", "{}, or once used", (signing_in.LIFETIME,)),
    ("an invitation to staff", "{}, or once used", (invitations.LASTS,)),
    (
        "a link to approve hours",
        "not opened, {}; once opened, {}",
        (approval_links.UNOPENED, approval_links.OPENED),
    ),
    ("a letter that cannot be sent", "emptied after {}", (reconciler.MAIL_IS_TRIED_FOR,)),
    (
        "a request of an organisation to join",
        "once it is answered; not shown after {}, and gone in the night after",
        (joining.LONGEST,),
    ),
    (
        "a key for a school’s own program",
        "until the day that was chosen, {} ahead at most; ended before with one press, or when its maker hands over",
        (keys.LONGEST,),
    ),
    (
        "a link by which a young person shows an award or a record",
        "until the last day that they chose, {} ahead at most; ended before with one press, or by a no to sharing",
        (timedelta(days=max(sharing_rules.DAYS.values())),),
    ),
    (
        "after the PIN of such a link, taking its files",
        "{}",
        (timedelta(seconds=share.OPEN_SECONDS),),
    ),
    ("the code for the first operator", "{}, or once used", (first_operator.LIFETIME,)),
)


def in_words(period: timedelta) -> str:
    """Say a period as people do; one of no length is the moment itself."""
    for unit, length in UNITS:
        number, rest = divmod(period, length)
        if number and not rest:
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{period // timedelta(minutes=1)} minutes" if period else "until then"


def table(name: str) -> str:
    """Write one of the two tables in Markdown."""
    rows: list[tuple[str, ...]]
    if name == "schedule":
        rows = [("kind", "what it is", "kept for", "counted from", "why")]
        rows += [
            (f"`{each.kind}`", WHAT[each.kind], in_words(each.after), each.counted_from, each.why) for each in SCHEDULE
        ]
    else:
        rows = [("what", "how long")]
        rows += [(what, said.format(*map(in_words, periods))) for what, said, periods in BY_ITSELF]
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def filled(document: str) -> str:
    """Return the document with both tables made anew."""
    return MARKED.sub(lambda found: f"{found[1]}\n{table(found[2])}\n{found[3]}", document)


def test_the_schedule_that_a_school_adopts_is_the_one_that_runs() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert [found[2] for found in MARKED.finditer(document)] == ["schedule", "by-itself"]
    assert filled(document) == document, "run: .venv/bin/python -m tests.unit.domain.retention.test_schedule_document"


@pytest.mark.parametrize("kind", RecordKind)
def test_a_kind_stands_in_both_documents(kind: RecordKind) -> None:
    for document in (DOCUMENT, COMMANDS):
        assert f"| `{kind}` |" in document.read_text(encoding="utf-8"), document.name


def test_an_answer_is_kept_as_long_as_it_is_given_again() -> None:
    assert rules.period(RecordKind.ANSWERED_REQUESTS).after == repeating.KEPT


def test_the_sentences_about_people_state_the_periods_of_the_rules() -> None:
    said = DOCUMENT.read_text(encoding="utf-8")
    age = 18 + rules.YEARS_FROM_18_TO_25
    assert f"the month in which they turn {age}, and never within {in_words(rules.QUIET)} of the last thing" in said
    assert f"they go {in_words(rules.LONG)} after the last thing recorded" in said


@pytest.mark.parametrize(
    ("period", "words"),
    [
        pytest.param(rules.QUIET, "2 years", id="two years"),
        pytest.param(timedelta(days=1), "1 day", id="one of a unit"),
        pytest.param(timedelta(hours=12), "12 hours", id="less than a day"),
        pytest.param(timedelta(minutes=10), "10 minutes", id="less than an hour"),
        pytest.param(timedelta(0), "until then", id="the moment itself"),
    ],
)
def test_a_period_is_said_as_people_say_it(period: timedelta, words: str) -> None:
    assert in_words(period) == words


if __name__ == "__main__":
    DOCUMENT.write_text(filled(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
