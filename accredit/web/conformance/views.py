"""The addresses that conformance suites call (VC-API 0.7): one set for each base, and the status list.

``/vc-api`` issues with eddsa-rdfc-2022, ``/vc-api/jcs`` with eddsa-jcs-2022, ``/vc-api/status`` adds a status,
``/vc-api/enveloped`` issues tokens. Every base verifies everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from flask import Blueprint, Response, current_app, jsonify, make_response, request, url_for

from accredit.clock import utc_now
from accredit.kit.linkeddata import strict_json
from accredit.kit.vc import envelope, status_list
from accredit.kit.vc.eddsa_rdfc_2022 import add_proof
from accredit.kit.vc.errors import DataModelInvalid, StatusListInvalid
from accredit.kit.vc.status_list import StatusBits
from accredit.web.access import public
from accredit.web.conformance import issuers, issuing, verifying
from accredit.web.conformance.issuers import Issuer
from accredit.web.conformance.status import PURPOSE, StatusList

STATUS_LIST: Final = "accredit.conformance.status_list"
_BASES: Final = "<any(jcs, status, enveloped):base>"

bp = Blueprint("conformance", __name__)


@bp.get("/")
@bp.get("/vc-api")
@public
def about() -> Response:
    """Say which issuers there are, as the configuration of a suite needs it."""
    origin = _origin()
    return jsonify(
        name="accredit, conformance mode",
        warning="Every key here is thrown away when this process ends. Trust nothing that it signs.",
        issuers=[
            {
                "id": issuer.did,
                "endpoint": f"{origin}{url_for('conformance.issue', base=issuer.base or None)}",
                "tags": list(issuer.tags),
            }
            for issuer in _issuers().values()
        ],
        verifiers=[{"endpoint": f"{origin}{url_for('conformance.verify_credential')}"}],
        vpVerifiers=[{"endpoint": f"{origin}{url_for('conformance.verify_presentation')}"}],
    )


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Say that this process answers."""
    return jsonify(status="ok")


@bp.post("/vc-api/credentials/issue", defaults={"base": ""})
@bp.post(f"/vc-api/{_BASES}/credentials/issue")
@public
def issue(base: str) -> Response:
    """Sign a credential in the form of this base."""
    body = _body()
    issuer = _issuers()[base]
    issued = issuing.issue(
        body.get("credential"), issuer=issuer, options=_options(body), now=utc_now(), new_status=_new_status
    )
    return make_response(jsonify(verifiableCredential=issued), 201)


@bp.post("/vc-api/credentials/verify", defaults={"base": ""})
@bp.post(f"/vc-api/{_BASES}/credentials/verify")
@public
def verify_credential(base: str) -> Response:  # noqa: ARG001  # every base verifies everything
    """Verify a credential, in whatever form."""
    body = _body()
    posted = body.get("verifiableCredential")
    if isinstance(posted, str):
        posted = envelope.wrap(posted)
    if not isinstance(posted, dict):
        sentence = "Send the credential under the name verifiableCredential."
        raise DataModelInvalid("credential_missing", sentence)
    return jsonify(verifying.verify_credential(posted, _options(body), now=utc_now(), own_list=_own_list()))


@bp.post("/vc-api/presentations/verify", defaults={"base": ""})
@bp.post(f"/vc-api/{_BASES}/presentations/verify")
@public
def verify_presentation(base: str) -> Response:  # noqa: ARG001  # as above
    """Verify a presentation and every credential in it."""
    body = _body()
    posted = body.get("verifiablePresentation")
    if not isinstance(posted, dict):
        sentence = "Send the presentation under the name verifiablePresentation."
        raise DataModelInvalid("presentation_missing", sentence)
    return jsonify(verifying.verify_presentation(posted, _options(body), now=utc_now(), own_list=_own_list()))


@bp.post("/vc-api/status/credentials/status")
@public
def set_status() -> Response:
    """Revoke a credential that the status base has issued, for good."""
    body = _body()
    status = body.get("credentialStatus")
    purpose = status.get("statusPurpose", PURPOSE) if isinstance(status, dict) else PURPOSE
    if purpose != PURPOSE or body.get("status", True) is not True:
        # Bitstring Status List §2.1: a revocation is never taken back.
        raise StatusListInvalid("status_purpose", "Here a credential can be revoked, and nothing else.")
    _status_list().revoke(str(body.get("credentialId")))
    return jsonify(status="revoked")


@bp.get(f"/vc-api/status/lists/{PURPOSE}")
@public
def published_list() -> Response:
    """Publish the status list, signed by the issuer whose credentials name it."""
    issuer = _issuers()["status"]
    credential = status_list.list_credential(_list_url(), issuer.did, _status_list().encoded(), utc_now())
    method = issuer.verification_method
    signed = add_proof(credential, sign=issuer.sign, verification_method=method, created=utc_now())
    answer = jsonify({**signed, "proof": signed["proof"][0]})
    answer.content_type = "application/vc"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _body() -> dict[str, Any]:
    return strict_json.loads_object(request.get_data(cache=False))


def _options(body: Mapping[str, Any]) -> dict[str, Any]:
    options = body.get("options")
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise DataModelInvalid("option_malformed", "The options are one object.", path="$.options")
    return options


def _issuers() -> Mapping[str, Issuer]:
    return cast("Mapping[str, Issuer]", current_app.extensions[issuers.EXTENSION])


def _status_list() -> StatusList:
    return cast("StatusList", current_app.extensions[STATUS_LIST])


def _new_status(credential_id: str | None) -> dict[str, Any]:
    # Without statusMessage, since an entry has one bit (Bitstring Status List §2.1).
    return status_list.entry(_list_url(), _status_list().reserve(credential_id))


def _own_list() -> tuple[str, StatusBits]:
    return _list_url(), _status_list().bits()


def _origin() -> str:
    # This mode is served over HTTPS only, under whatever name it was reached by.
    return f"https://{request.host}"


def _list_url() -> str:
    return f"{_origin()}{url_for('conformance.published_list')}"
