"""What ``accredit verify`` asks where no service is at hand: trust anchors, evidence, status lists, all from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from accredit.domain.verification import evidence, handing_out, trust
from accredit.domain.verification.evidence import Evidence
from accredit.domain.verification.offline_sources import OfflineSources
from accredit.domain.verification.trust import Trust
from accredit.errors import AccreditError
from accredit.kit.openbadges.detect import Kind, kind_of
from accredit.sandbox import attachments
from accredit.storage import Session

Told = TypeVar("Told")
_CARRIERS = frozenset({Kind.PDF, Kind.PNG, Kind.SVG})


def sources_of(
    certificate: bytes,
    *,
    anchors: Path | None,
    evidence_files: Iterable[Path],
    lists: Iterable[Path],
    db: Session | None,
    now: datetime,
) -> OfflineSources:
    """Read everything that was given, and what is attached to the certificate itself.

    Without ``anchors`` those of the service's own record are taken. Raises `click.UsageError` where there is neither,
    and for a file that cannot be read.
    """
    told = [_read_evidence(path) for path in evidence_files]
    inside = attachments.take_out(certificate, evidence.FILE_NAME) if kind_of(certificate) in _CARRIERS else None
    if inside is not None:
        told += _attached(inside)
    known = [each for path in lists for each in _told(path, evidence.read_lists)]
    return OfflineSources(trusted(anchors, db, now), now=now, evidence=told, lists=known)


def trusted(anchors: Path | None, db: Session | None, now: datetime) -> Trust:
    """Read the trust anchors, or take those of the service's own record. Raises `click.UsageError`."""
    if anchors is not None:
        return _told(anchors, trust.read)
    found = None if db is None else handing_out.trust_of(db, now=now)
    if found is None:
        raise click.UsageError("Say whom you trust: --trust FILE (accredit-trust.json, or accredit-verify.html).")
    return found


def _read_evidence(path: Path) -> Evidence:
    return _told(path, evidence.read)


def _attached(data: bytes) -> list[Evidence]:
    try:
        return [evidence.read(data)]
    except AccreditError:
        # Whoever altered it has taken a help away; the certificate is judged by what is left.
        return []


def _told(path: Path, read: Callable[[bytes], Told]) -> Told:
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise click.UsageError(f"The file {path} could not be read: {error.strerror}.") from error
    except AccreditError as error:
        raise click.UsageError(f"{path}: {error.detail or error.code}") from error
