"""One engine for the page, the API, the command line and the signer's rehearsal (`rehearsing`). It writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from accredit.domain.credentials import finding
from accredit.domain.credentials.views import IssuedView
from accredit.domain.organisations.standing import Standing, standing_of
from accredit.domain.verification import ways_in
from accredit.domain.verification.checks import examine
from accredit.domain.verification.examination import Examination
from accredit.domain.verification.outside import NOTHING, Outside
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.reading import Printed, Received, receive
from accredit.domain.verification.report import VerificationReport, refused, report_of
from accredit.domain.verification.rules import CheckId, Reason
from accredit.domain.verification.sources import Sources
from accredit.domain.verification.ways_in import Arrival, Way
from accredit.kit import typed_code
from accredit.storage import Session, readings
from accredit.storage.readings import Notes, Reasoned
from accredit.storage.versions import Remembered

AT_MOST: Final = timedelta(minutes=15)
"""For how long an answer is remembered, even where nothing was written."""


@dataclass(frozen=True, kw_only=True)
class CodeAnswer:
    """What stands behind a typed code: the credential as pages show it, and the verdict on it."""

    view: IssuedView
    report: VerificationReport
    standing: Standing
    """How its organisation stands."""
    basis: Notes | None = field(default=None, compare=False, repr=False)
    """What it follows from, where that is known: of two answers with one basis only the time may differ."""


# Only of credentials of this service that stand in its record: those of others may depend on what others publish.
_REPORTS: Final = Remembered[VerificationReport](size=512)
_ANSWERS: Final = Remembered[CodeAnswer](size=512)
# After something was written: the same again, if everything they follow from is read again unchanged.
_SAME_REPORTS: Final = Reasoned[VerificationReport](size=256)
_SAME_ANSWERS: Final = Reasoned[CodeAnswer](size=256)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The answer to whatever somebody had. ``way`` says what it was.

    ``view`` is set for a credential of this service. ``code`` is set where only a code was given, or an address with
    one: then nothing is told of the holder but the initials, as behind the code's own address.
    """

    report: VerificationReport
    way: Way
    view: IssuedView | None = None
    code: str | None = None
    arrival: Arrival | None = None


_ADDRESSES: Final = {
    Way.LOOK_ALIKE: Reason.LOOK_ALIKE_ADDRESS,
    Way.RECEIPT: Reason.RECEIPT_ALONE,
    Way.NOTHING: Reason.NO_CREDENTIAL,
    Way.OWN_PAGE: Reason.NO_CREDENTIAL,
}


def check(
    db: Session,
    received: Received,
    *,
    now: datetime,
    hosts: Iterable[str],
    offline: bool = False,
    outside: Outside = NOTHING,
) -> Checked:
    """Give the verdict on a file or text, following a printed QR code into our own record where it leads there."""
    if isinstance(received.found, Printed):
        return check_text(db, received.found.text, now=now, hosts=hosts, offline=offline, outside=outside)
    report = verify(received, now=now, sources=DatabaseSources(db), offline=offline, outside=outside)
    view = finding.open_view_by_credential_id(db, report.credential_id) if report.credential_id else None
    return Checked(report=report, way=Way.DOCUMENT, view=view)


def check_text(
    db: Session, text: str, *, now: datetime, hosts: Iterable[str], offline: bool = False, outside: Outside = NOTHING
) -> Checked:
    """Give the verdict on what was typed, pasted or scanned: a code, an address, or a credential itself."""
    arrival = ways_in.of_text(text, hosts=hosts)
    if arrival.way is Way.DOCUMENT:
        received = receive(text.encode(errors="replace"))
        return check(db, received, now=now, hosts=hosts, offline=offline, outside=outside)
    if arrival.code is not None:
        found = verify_code(db, code=arrival.code, now=now, offline=offline)
        if found is not None:
            return Checked(report=found.report, way=arrival.way, view=found.view, code=arrival.code, arrival=arrival)
    reason = Reason.NO_CREDENTIAL if arrival.code else _ADDRESSES.get(arrival.way, Reason.FETCHING_IS_OFF)
    report = refused(reason, check=CheckId.READABLE, now=now)
    return Checked(report=report, way=arrival.way, code=arrival.code, arrival=arrival)


def verify(
    data: bytes | Received,
    *,
    now: datetime,
    sources: Sources,
    offline: bool = False,
    expected_name: str | None = None,
    known_as: str | None = None,
    outside: Outside = NOTHING,
) -> VerificationReport:
    """Examine a credential (JSON or a token, or a PNG, SVG or PDF that carries one) and give one verdict.

    ``offline`` takes no status from anywhere, so that nothing can be green. ``expected_name`` is compared with the
    signed one, where ``known_as`` may stand for its first part. ``outside`` is what is known of issuers elsewhere, and
    what may be looked up. Never raises because of ``data``.
    """
    version = None if offline or expected_name is not None else sources.version
    raw = data if isinstance(data, bytes) else data.data
    kept = recall(raw, version=version, now=now)
    if kept is not None:
        return kept
    examination = Examination(
        now=now, sources=sources, offline=offline, expected_name=expected_name, known_as=known_as, outside=outside
    )
    if offline or expected_name is not None or not isinstance(sources, DatabaseSources):
        return _examined(data, examination)
    same = recall_anew(sources.db, raw, now=now)
    if same is not None:
        return same
    digest = sha256(raw).digest()
    with readings.noting(sources.db) as notes:
        report = _examined(data, examination)
    if report.may_be_remembered:
        _REPORTS.keep(version, digest, report, until=_until(report))
        _SAME_REPORTS.keep(digest, report, notes, now=now, until=_until(report))
    return report


def _examined(data: bytes | Received, examination: Examination) -> VerificationReport:
    examine(receive(data) if isinstance(data, bytes) else data, examination)
    return report_of(examination)


def recall(data: bytes, *, version: str | None, now: datetime) -> VerificationReport | None:
    """Return what was answered about these bytes for this version of the database, as of now."""
    kept = None if version is None else _REPORTS.get(version, sha256(data).digest(), now=now)
    return None if kept is None else kept.at(now)


def recall_anew(db: Session, data: bytes, *, now: datetime) -> VerificationReport | None:
    """Return what was answered about these bytes before something was written, if what it follows from still holds.

    That is a few short reads: the file need not be opened again.
    """
    digest, version = sha256(data).digest(), DatabaseSources(db).version
    same = _SAME_REPORTS.get(db, digest, now=now)
    if same is None:
        return None
    _REPORTS.keep(version, digest, same, until=_until(same))
    return same.at(now)


def recall_code(code: str, *, version: str | None, now: datetime) -> CodeAnswer | None:
    """Return what was answered about a typed code for this version of the database, as of now."""
    try:
        kept = _ANSWERS.get(version, typed_code.read(code), now=now)
    except typed_code.TypedCodeError:
        return None
    return None if kept is None else replace(kept, report=kept.report.at(now))


def _until(report: VerificationReport) -> datetime:
    most = report.checked_at + AT_MOST
    return most if report.changes_at is None else min(most, report.changes_at)


def verify_code(
    db: Session, *, code: str, now: datetime, expected_name: str | None = None, offline: bool = False
) -> CodeAnswer | None:
    """Examine the credential behind a typed code; None for a code that is unknown, mistyped or not released yet."""
    sources = DatabaseSources(db)
    try:
        canonical = typed_code.read(code)
    except typed_code.TypedCodeError:
        return None
    version = None if offline or expected_name is not None else sources.version
    kept = recall_code(canonical, version=version, now=now)
    if kept is not None:
        return kept
    is_plain = not offline and expected_name is None
    same = _SAME_ANSWERS.get(db, canonical, now=now) if is_plain else None
    if same is not None:
        _ANSWERS.keep(version, canonical, same, until=_until(same.report))
        return replace(same, report=same.report.at(now))
    with readings.noting(db) as notes:
        found = finding.released_by_code(db, canonical)
        if found is None:
            return None
        view, document = found
        examination = Examination(
            now=now, sources=sources, offline=offline, expected_name=expected_name, known_as=view.known_as
        )
        report = _examined(document, examination)
        stands = standing_of(db, view.organisation_id)
    if not (is_plain and report.may_be_remembered):
        return CodeAnswer(view=view, report=report, standing=stands)
    basis = notes if notes.is_whole else None
    answer = CodeAnswer(view=view, report=report, standing=stands, basis=basis)
    _ANSWERS.keep(version, canonical, answer, until=_until(report))
    _SAME_ANSWERS.keep(canonical, answer, notes, now=now, until=_until(report))
    return answer
