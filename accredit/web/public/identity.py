"""Who issues, with which keys, and what an award asks for: documents for verifiers, pages for people."""

from __future__ import annotations

from flask import Response

from accredit.domain.credentials import queries as credentials
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.domain.organisations.standing import standing_of
from accredit.domain.verification.evidence import write_lists
from accredit.domain.verification.handing_out import did_document_of, lists_of, profile_of
from accredit.errors import NotFound
from accredit.kit.openbadges.endorsement import CONTEXT
from accredit.kit.vc.errors import IdentifierRefused
from accredit.storage import Session
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.pages import page
from accredit.web.public import bp
from accredit.web.public.machine import CREDENTIAL, LD_JSON, document_answer, machine_answer, wants_page
from accredit.web.public.verdicts import confirmed
from accredit.web.settings import current_settings
from accredit.web.words import paragraphs

DID_JSON = "application/did+json"


@bp.get("/o/<slug>")
@public
def organisation(slug: str) -> Response:
    """Show an organisation, or its issuer Profile to a program."""
    with reading(everywhere=True) as db:
        found = _organisation(db, slug)
        names = issuing.verification_keys(db, found.did)
        stands = standing_of(db, found.id)
    if not wants_page(LD_JSON, "application/json"):
        answer = document_answer(profile_of(found))
    else:
        known = found.recognition
        said = confirmed(known.channel, known.confirmed_on) if known else None
        answer = page(
            "public/organisation.html",
            organisation=found,
            stands_behind=said,
            keys=len(names),
            standing=stands,
        )
    answer.headers["Vary"] = "Accept"
    return answer


@bp.get("/o/<slug>/did.json")
@public
def did(slug: str) -> Response:
    """Answer with the organisation's DID document: every key it ever signed with."""
    with reading(everywhere=True) as db:
        found = _organisation(db, slug)
        return _did_answer(found.did, issuing.verification_keys(db, found.did))


@bp.get("/.well-known/did.json")
@public
def service_did() -> Response:
    """Answer with the service's own DID document; it signs no awards, so it asserts nothing of its own."""
    name = f"did:web:{current_settings().did_host.replace(':', '%3A')}"
    with reading(everywhere=True) as db:
        return _did_answer(name, issuing.verification_keys(db, name))


@bp.get("/achievements/<achievement_id>")
@public
def achievement(achievement_id: str) -> Response:
    """Show what an award asks for, or the Achievement document to a program."""
    with reading(everywhere=True) as db:
        found = credentials.achievement_by_public_id(db, achievement_id)
    if found is None:
        raise NotFound("achievement")
    if not wants_page(LD_JSON, "application/json"):
        answer = document_answer({"@context": list(CONTEXT)} | found)
    else:
        answer = page("public/achievement.html", achievement=found, criteria=paragraphs(found["criteria"]["narrative"]))
    answer.headers["Vary"] = "Accept"
    return answer


@bp.get("/status/<list_id>")
@public
def status_list(list_id: str) -> Response:
    """Answer with a signed Bitstring Status List credential."""
    with reading(everywhere=True) as db:
        found = issuing.current_status_list(db, list_id)
    if found is None:
        raise NotFound("status-list")
    return machine_answer(found.document, CREDENTIAL)


@bp.get("/status/<list_id>-suspension")
@public
def suspension_list(list_id: str) -> Response:
    """Answer with the signed list of pauses beside a status list, which only our own tools know of."""
    with reading(everywhere=True) as db:
        found = issuing.current_status_list(db, list_id)
    if found is None or found.suspensions is None:
        raise NotFound("status-list")
    return machine_answer(found.suspensions, CREDENTIAL)


@bp.get("/status/<list_id>-lists.json")
@public
def status_lists(list_id: str) -> Response:
    """Answer with both lists in one file, for whoever checks certificates without us."""
    with reading(everywhere=True) as db:
        found = issuing.current_status_list(db, list_id)
        lists = () if found is None else lists_of(db, found.id)
    if not lists:
        raise NotFound("status-list")
    return machine_answer(write_lists(lists), "application/json")


def _organisation(db: Session, slug: str) -> OrganisationFacts:
    found = organisations.organisation_by_slug(db, slug)
    if found is None:
        raise NotFound("organisation")
    return found


def _did_answer(name: str, keys: tuple[KeyFacts, ...]) -> Response:
    try:
        return document_answer(did_document_of(name, keys), DID_JSON)
    except IdentifierRefused as error:
        # A service on localhost has no did:web that anybody could look up.
        raise NotFound("did", error.code) from error
