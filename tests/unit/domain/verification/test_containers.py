"""The same credential out of every file that people hold has the same verdict (attacks.md VX38)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accredit.domain.credentials import queries
from accredit.domain.credentials.views import CredentialView
from accredit.domain.verification import operations
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Reason, Verdict
from accredit.rendering import of_credential
from tests.unit.domain.verification.story import Issued, Story

Render = Callable[[CredentialView, bytes], bytes]


def _certificate(view: CredentialView, document: bytes) -> bytes:
    return of_credential.certificate_of(view, document, base_url="https://accredit.example")


FILES = pytest.mark.parametrize(
    "render",
    [_certificate, of_credential.badge_png_of, of_credential.badge_svg_of],
    ids=["the certificate", "the badge as PNG", "the badge as SVG"],
)


def _verified(story: Story, data: bytes) -> VerificationReport:
    with story.database.reading() as db:
        return operations.verify(data, now=story.now, sources=DatabaseSources(db))


def _rendered(story: Story, issued: Issued, render: Render, document: bytes) -> bytes:
    with story.database.reading() as db:
        view = queries.view_by_code(db, issued.code)
    assert view is not None
    return render(view, document)


@FILES
def test_vx38_every_file_has_the_verdict_of_its_credential(quick_story: Story, issued: Issued, render: Render) -> None:
    file = _rendered(quick_story, issued, render, issued.data)
    report, plain = _verified(quick_story, file), _verified(quick_story, issued.data)
    assert (report.verdict, report.claims) == (Verdict.GENUINE, plain.claims)
    assert (report.credential_id, report.axes) == (plain.credential_id, plain.axes)


@FILES
def test_a_changed_credential_in_a_beautiful_file_is_not_genuine(
    quick_story: Story, issued: Issued, render: Render
) -> None:
    changed = issued.data.replace(b'"value":"13"', b'"value":"31"')
    assert changed != issued.data
    report = _verified(quick_story, _rendered(quick_story, issued, render, changed))
    assert (report.verdict, report.reason) == (Verdict.NOT_GENUINE, Reason.SIGNATURE_INVALID)
