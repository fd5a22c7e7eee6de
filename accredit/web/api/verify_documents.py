"""``/vc-api``: verification as other systems call it (VC-API 0.7), answered by the one engine and its verdict.

A credential that is genuine, of a recognised issuer or not, is 200; any other verdict is 400 with the reasons. Issuing
is not offered here; what suites need for their tests is another application (`accredit.web.conformance`).
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from accredit.clock import utc_now
from accredit.domain.verification import operations
from accredit.domain.verification.presentations import as_bytes, verify_presentation
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Check, Outcome, Verdict
from accredit.kit.linkeddata import strict_json
from accredit.kit.linkeddata.errors import LinkedDataError
from accredit.kit.vc import data_model, envelope, problem_details, vc_jwt
from accredit.kit.vc.errors import DataModelInvalid, ProofInvalid, VcError
from accredit.kit.vc.verification_key import ASSERTION, AUTHENTICATION
from accredit.web.access import public
from accredit.web.api import vc_api
from accredit.web.api.answers import answered, count_check
from accredit.web.database import reading
from accredit.web.outside import outside_of

_ACCEPTED = frozenset({Verdict.GENUINE, Verdict.GENUINE_ISSUER_NOT_RECOGNISED})


@vc_api.post("/credentials/verify")
@public
def verify_credential() -> Response:
    """Give the verdict on ``verifiableCredential``: an object, an envelope, or a token as text."""
    count_check()
    body, options = _question(expected_purpose=ASSERTION)
    if options.get("domain") is not None or options.get("challenge") is not None:
        sentence = "A credential is made for everybody; only a presentation answers a domain and a challenge."
        raise ProofInvalid("option_not_supported", sentence, path="$.options")
    posted = body.get("verifiableCredential")
    if isinstance(posted, dict) and data_model.is_enveloped(posted):
        # What stands in the envelope beside the token is signed by nobody, and goes no further.
        posted = envelope.unwrap(posted)
    if not isinstance(posted, str | dict):
        raise DataModelInvalid("credential_missing", "Send the credential under the name verifiableCredential.")
    data = posted.encode() if isinstance(posted, str) else as_bytes(posted)
    with reading(everywhere=True) as db:
        report = operations.verify(data, now=utc_now(), sources=DatabaseSources(db), outside=outside_of(db))
    if report.verdict not in _ACCEPTED:
        return _refused(_problems(report), verdict=report.verdict.value)
    return _answer(
        verdict=report.verdict.value,
        verified=True,
        document=posted if isinstance(posted, dict) else vc_jwt.unverified(posted).document,
        mediaType=data_model.MEDIA_TYPE if isinstance(posted, dict) else "application/vc+jwt",
        controller=report.claims.issuer_id if report.claims else None,
        warnings=_problems(report),
        errors=[],
    )


@vc_api.post("/presentations/verify")
@public
def verify_shown() -> Response:
    """Verify who presents ``verifiablePresentation``, and give the verdict on each credential in it."""
    count_check()
    body, options = _question(expected_purpose=AUTHENTICATION)
    posted = body.get("verifiablePresentation")
    if not isinstance(posted, dict):
        raise DataModelInvalid("presentation_missing", "Send the presentation under the name verifiablePresentation.")
    with reading(everywhere=True) as db:
        found = verify_presentation(
            posted,
            now=utc_now(),
            sources=DatabaseSources(db),
            outside=outside_of(db),
            expected_domain=_text(options, "domain"),
            expected_challenge=_text(options, "challenge"),
        )
    problems = [problem for report in found.reports for problem in _problems(report)]
    verdicts = [report.verdict.value for report in found.reports]
    if any(report.verdict not in _ACCEPTED for report in found.reports):
        return _refused(problems, verdicts=verdicts)
    return _answer(
        verdicts=verdicts,
        verified=True,
        document=found.document,
        mediaType=found.media_type,
        controller=found.holder,
        warnings=problems,
        errors=[],
    )


def _question(*, expected_purpose: str) -> tuple[dict[str, Any], dict[str, Any]]:
    body = strict_json.loads_object(request.get_data(cache=False))
    options = body.get("options")
    if not isinstance(options, dict | None):
        raise DataModelInvalid("option_malformed", "The options are one object.", path="$.options")
    options = options or {}
    if options.get("expectedProofPurpose") not in (None, expected_purpose):
        sentence = f"What is verified here was signed for {expected_purpose}."
        raise ProofInvalid("proof_purpose", sentence, path="$.options.expectedProofPurpose")
    return body, options


def _text(options: dict[str, Any], name: str) -> str | None:
    value = options.get(name)
    if value is not None and not isinstance(value, str):
        raise DataModelInvalid("option_malformed", f"The option {name} is one text.", path=f"$.options.{name}")
    return value


def _problems(report: VerificationReport) -> list[dict[str, str]]:
    return [_problem(check) for check in report.checks if check.outcome is not Outcome.PASSED]


def _problem(check: Check) -> dict[str, str]:
    code = check.reason.value if check.reason else check.outcome.value
    return {
        "type": "about:blank",
        "title": code.replace("_", " "),
        "detail": f"{check.id.value}: {check.outcome.value}",
        "code": code,
    }


@vc_api.errorhandler(VcError)
@vc_api.errorhandler(LinkedDataError)
def _unreadable(error: VcError | LinkedDataError) -> Response:
    return _refused([problem_details.of(error)])


def _refused(problems: list[dict[str, str]], **more: object) -> Response:
    answer = _answer(**more, **problems[0], status=400, verified=False, problemDetails=problems, errors=problems)
    answer.status_code = 400
    answer.content_type = "application/problem+json"
    return answer


def _answer(**members: object) -> Response:
    return answered(members)
