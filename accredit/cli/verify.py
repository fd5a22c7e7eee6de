"""``accredit verify``: the same engine as the page, for a file, an address of this service, or standard input.

Without settings or a database (a stranger's laptop) trust anchors from a file, and what is attached to the certificate,
answer instead (`far_away`); without those only what the file itself holds can be checked. Nothing is ever fetched: an
address is looked up in this service's own record, or not at all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url

from accredit.cli.far_away import sources_of, trusted
from accredit.clock import utc_now
from accredit.config import Settings, load_settings
from accredit.domain.verification import offline_statements, operations, registering, ways_in, words
from accredit.domain.verification.as_text import as_text
from accredit.domain.verification.outside import NOTHING, Outside
from accredit.domain.verification.reading import receive
from accredit.domain.verification.report import VerificationReport, refused
from accredit.domain.verification.rules import CheckId, Outcome, Reason, Verdict
from accredit.domain.verification.sources import NoSources
from accredit.errors import NotReady
from accredit.fetching.connection import Proxy
from accredit.fetching.fetcher import Errand, Fetcher
from accredit.rendering.verifier_words import PAGE
from accredit.sandbox import attachments, credentials
from accredit.sandbox.sandbox import can_have_children
from accredit.storage import Database, Session

MAX_BYTES = 10_000_000
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SIGNS = {Outcome.PASSED: "yes", Outcome.FAILED: "NO", Outcome.COULD_NOT_TELL: "?"}


@click.command()
@click.argument("target", metavar="FILE|URL|-")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@click.option("--offline", is_flag=True, help="Ask no service: green only with --trust, and a fresh --list.")
@click.option("--trust", "anchors", type=_FILE, help="Whom you trust: accredit-trust.json, or accredit-verify.html.")
@click.option("--evidence", "evidence", type=_FILE, multiple=True, help="The .evidence file of a JSON file or token.")
@click.option("--list", "lists", type=_FILE, multiple=True, help="A newer status list than the one attached.")
@click.pass_context
def verify(ctx: click.Context, /, target: str, as_json: bool, offline: bool, **files: Any) -> None:  # click's way
    """Verify a credential: JSON, a token (JWT), a badge (PNG, SVG), a certificate (PDF), or an address of this service.

    Ends with 0 genuine, 1 not genuine, 2 issuer not recognised or not tied, 3 not current, 4 cannot confirm,
    5 unreadable.
    """
    is_far = any(files.values())
    if not can_have_children():
        _read_here()
    with _record(is_needed=not is_far) as (db, settings):
        report = _report_far_away(target, db, **files) if is_far else _report(target, db, settings, offline=offline)
    click.echo(json.dumps(report.to_json(), indent=2, ensure_ascii=False) if as_json else in_words(report))
    ctx.exit(report.exit_code)


def _read_here() -> None:
    # Whoever asks has the file already, and would open it in a viewer next; a service never does this.
    click.echo(
        "Note: this system cannot keep a process apart from your files, so PDFs and pictures are opened in this one. "
        "Check files of strangers on Linux or macOS, or on the page /verify.",
        err=True,
    )
    for each in (credentials.files, attachments.files):
        each.do_without()


def _report(target: str, db: Session | None, settings: Settings | None, *, offline: bool) -> VerificationReport:
    now = utc_now()
    if _is_address(target):
        code = ways_in.of_address(target, hosts=settings.own_hosts).code if settings else None
        if db is None or code is None:
            return refused(Reason.FETCHING_IS_OFF, check=CheckId.READABLE, now=now)
        answer = operations.verify_code(db, code=code, now=now, offline=offline)
        return answer.report if answer else refused(Reason.NO_CREDENTIAL, check=CheckId.READABLE, now=now)
    data = _bytes_of(target)
    if db is None or settings is None:
        return operations.verify(data, now=now, sources=NoSources(), offline=offline)
    outside = NOTHING if offline else _outside(db, settings, now)
    hosts = settings.own_hosts
    return operations.check(db, receive(data), now=now, hosts=hosts, offline=offline, outside=outside).report


def _outside(db: Session, settings: Settings, now: datetime) -> Outside:
    is_allowed, proxy = settings.fetch == "on", Proxy.at(settings.fetch_proxy)
    fetcher = Fetcher(allowed=is_allowed, own_hosts=settings.own_hosts, proxy=proxy)
    errand = Errand(fetcher, now=now) if is_allowed else None
    return registering.DatabaseOutside(db, keys=registering.pinned(settings.registry_keys), errand=errand)


def _report_far_away(
    target: str, db: Session | None, *, anchors: Path | None, evidence: tuple[Path, ...], lists: tuple[Path, ...]
) -> VerificationReport:
    now = utc_now()
    if _is_address(target) and (db is not None or offline_statements.digits_of(target) is None):
        # A statement is read only where no record answers.
        return refused(Reason.FETCHING_IS_OFF, check=CheckId.READABLE, now=now)
    if _is_address(target):
        return offline_statements.verify(target, trust=trusted(anchors, db, now), now=now)
    data = _bytes_of(target)
    sources = sources_of(data, anchors=anchors, evidence_files=evidence, lists=lists, db=db, now=now)
    return operations.verify(data, now=now, sources=sources)


def _is_address(target: str) -> bool:
    return target.lower().startswith(("http://", "https://"))


def in_words(report: VerificationReport) -> str:
    """Write a report for a person, in English."""
    lines = [f"{report.verdict.value}: {_heading(report)}"]
    if report.verdict is Verdict.GENUINE:
        lines.append(words.GENUINE_LINE)
    if report.reason is not None:
        lines.append(f"{words.REASONS[report.reason]} [{report.reason.value}]")
    if report.claims is not None:
        claims = report.claims
        said = {
            "Organisation": claims.issuer_name or claims.issuer_id,
            # A record of what somebody did was not awarded.
            "Award" if claims.awarded_on else "What it is": claims.award_name or claims.achievement_name,
            "Name": claims.printed_name,
            "Awarded": claims.awarded_on,
            "What was done": claims.narrative,
        }
        # The terminal is ours: whoever wrote the file puts neither a line of their own on it, nor a colour.
        shown = {name: as_text(value) for name, value in said.items()}
        lines += ["", *(f"{name}: {value}" for name, value in shown.items() if value)]
    lines.append("")
    for check in report.checks:
        told = f"{check.number:>3}  {_SIGNS[check.outcome]:<3}  {words.CHECKS[check.id]}"
        lines.append(told if check.reason is None else f"{told} [{check.reason.value}]")
    lines += ["", *([words.UNCONFIRMED] if report.is_of_a_stranger else []), report.next_step]
    if report.claims is not None:
        lines += [words.PROMISE, words.NOT_A_CLEARANCE]
    return "\n".join(lines)


def _heading(report: VerificationReport) -> str:
    status, claims = report.check(CheckId.STATUS), report.claims
    known = status.facts.get("known_at") if status is not None and report.reason is Reason.STATUS_NOT_FRESH else None
    if known is None or claims is None:
        return words.HEADINGS[report.verdict]
    issued = claims.awarded_on or claims.valid_from[:10]
    return PAGE["genuineThenKnown"] % {"day": issued, "known": str(known)[:10]}


def _bytes_of(target: str) -> bytes:
    if target == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(target).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise click.UsageError(f"The file {target} could not be read: {error.strerror}.") from error


@contextmanager
def _record(*, is_needed: bool) -> Iterator[tuple[Session | None, Settings | None]]:
    try:
        settings = load_settings()
    except NotReady:
        settings = None
    if settings is None or not _has_record(settings):
        if is_needed:
            said = "No record of a service is at hand: only what the file itself holds can be checked. --trust helps."
            click.echo(said, err=True)
        yield None, settings
        return
    database = Database(settings.database_url)
    try:
        with database.reading() as db:
            yield db, settings
    finally:
        database.close()


def _has_record(settings: Settings) -> bool:
    # Opening would create the folder of a SQLite file, and this command leaves nothing behind.
    address = make_url(settings.database_url)
    return address.get_backend_name() != "sqlite" or (address.database is not None and Path(address.database).exists())
