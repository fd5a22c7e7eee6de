"""The status of a credential of another issuer, from the lists that its issuer publishes (Bitstring Status List 1.0).

- Every entry is asked, not the first alone; what is revoked by one stays revoked whatever another says.
- A kind of entry that is not known here is never passed over: nobody could tell.
- A list counts when the credential's own issuer signed it, under a key that is tied to that issuer.
- It counts for 24 hours after it was signed, by its own signed word, and not after its own end. An old answer is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from accredit.domain.verification.key_finder import KeyFinder, Stated
from accredit.domain.verification.outside import Outside
from accredit.domain.verification.rules import Outcome, Reason
from accredit.domain.verification.sources import Sources
from accredit.fetching.errors import FetchRefused
from accredit.fetching.fetcher import Fetched
from accredit.kit.linkeddata import JsonRefused, LinkedDataError, strict_json
from accredit.kit.vc import proof as proofs
from accredit.kit.vc import status_list, timestamps, vc_jwt, verifiable_credential
from accredit.kit.vc.errors import StatusListInvalid, VcError
from accredit.kit.vc.status_list import StatusEntry

FRESH_FOR: Final = timedelta(hours=24)
CLOCK_SKEW: Final = timedelta(seconds=60)
LISTS: Final = frozenset(
    {
        "application/json",
        "application/jwt",
        "application/ld+json",
        "application/vc",
        "application/vc+jwt",
        "application/vc+ld+json",
        "application/vc+ld+json+jwt",
        "text/plain",
    }
)
_SETS: Final = {"revocation": Reason.REVOKED, "suspension": Reason.SUSPENDED}
_MOST_ENTRIES: Final = 4
_GRAVITY: Final = (Reason.REVOKED, Reason.SUSPENDED, Reason.FORM_NOT_SUPPORTED, Reason.STATUS_LIST_INVALID,
                   Reason.STATUS_NOT_FRESH)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StatusAnswer:
    """What the lists say. ``facts`` are those of a check."""

    outcome: Outcome
    reason: Reason | None = None
    facts: Mapping[str, str | int]


@dataclass(frozen=True)
class _Read:
    document: Mapping[str, Any]
    signed_at: datetime
    fetched: Fetched


class _Unknown(Exception):
    def __init__(self, reason: Reason, *, as_of: datetime | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.as_of = as_of


def read(entries: object, *, issuer_id: str, sources: Sources, outside: Outside, now: datetime) -> StatusAnswer:
    """Ask every status entry of a credential that is intact and tied to ``issuer_id``."""
    asked = entries if isinstance(entries, list) else [entries]
    found: list[tuple[Reason | None, dict[str, str | int]]] = []
    for entry in asked[:_MOST_ENTRIES]:
        try:
            found.append(_ask(entry, issuer_id, sources, outside, now))
        except _Unknown as unknown:
            as_of: dict[str, str | int] = {} if unknown.as_of is None else {"known_at": unknown.as_of.isoformat()}
            found.append((unknown.reason, as_of))
    if len(asked) > _MOST_ENTRIES:
        found.append((Reason.FORM_NOT_SUPPORTED, {}))
    for reason in _GRAVITY:
        for told, facts in found:
            if told is reason:
                outcome = Outcome.FAILED if reason in _SETS.values() else Outcome.COULD_NOT_TELL
                return StatusAnswer(outcome=outcome, reason=reason, facts=facts)
    # The oldest of the answers is the one that the whole is as good as.
    return StatusAnswer(
        outcome=Outcome.PASSED, facts=min((facts for _, facts in found), key=lambda each: each["as_of"])
    )


def _ask(
    entry: object, issuer_id: str, sources: Sources, outside: Outside, now: datetime
) -> tuple[Reason | None, dict[str, str | int]]:
    kind = entry.get("type") if isinstance(entry, dict) else None
    if kind not in (status_list.ENTRY_TYPE, [status_list.ENTRY_TYPE]):
        raise _Unknown(Reason.FORM_NOT_SUPPORTED)
    try:
        asked = status_list.parse_entry(entry)
    except StatusListInvalid as error:
        raise _Unknown(Reason.STATUS_LIST_INVALID) from error
    if asked.purpose not in _SETS:
        # "refresh" and "message" do not say whether it holds, and others may say anything.
        raise _Unknown(Reason.FORM_NOT_SUPPORTED)
    listed = _list(asked, issuer_id, sources, outside, now)
    try:
        is_set = status_list.read_list(listed.document, asked).is_set(asked.index)
    except StatusListInvalid as error:
        raise _Unknown(Reason.STATUS_LIST_INVALID) from error
    if is_set:
        # A list that says so says so for good, or until a newer one says otherwise: age is no defence.
        return _SETS[asked.purpose], {"as_of": listed.signed_at.isoformat()}
    if not _is_fresh(listed, now):
        raise _Unknown(Reason.STATUS_NOT_FRESH, as_of=listed.signed_at)
    facts: dict[str, str | int] = {
        "as_of": listed.signed_at.isoformat(),
        "fetched_at": listed.fetched.fetched_at.isoformat(),
        "sha256": listed.fetched.digest,
    }
    return None, facts


def _is_fresh(listed: _Read, now: datetime) -> bool:
    until = listed.document.get("validUntil")
    is_over = until is not None and timestamps.parse(until) <= now
    return not is_over and now - FRESH_FOR < listed.signed_at <= now + CLOCK_SKEW


def _list(asked: StatusEntry, issuer_id: str, sources: Sources, outside: Outside, now: datetime) -> _Read:
    try:
        fetched = outside.look_up(asked.list_url, LISTS)
    except FetchRefused as error:
        raise _Unknown(Reason.STATUS_NOT_FRESH) from error
    finder = KeyFinder(sources, Stated(issuer_id=issuer_id, id=asked.list_url, valid_from=None), outside=outside)
    try:
        document, signed_at = _verified(fetched.body, finder, issuer_id, now)
    except (VcError, JsonRefused, LinkedDataError, UnicodeDecodeError) as error:
        raise _Unknown(Reason.STATUS_LIST_INVALID) from error
    if finder.reason is not None or signed_at is None:
        raise _Unknown(Reason.STATUS_LIST_INVALID)
    return _Read(document, signed_at, fetched)


def _verified(
    body: bytes, finder: KeyFinder, issuer_id: str, now: datetime
) -> tuple[Mapping[str, Any], datetime | None]:
    """Return a list whose signature is its issuer's, and when it was signed. Raises what the kit raises."""
    if body.lstrip()[:1] != b"{":
        token = vc_jwt.decode(body.decode("ascii").strip(), resolve=finder.of_token, now=now, expected_issuer=issuer_id)
        verifiable_credential.check_meaning(token.document, verifiable_credential.PINNED)
        issued = token.claims.get("iat", token.claims.get("nbf"))
        moment = datetime.fromtimestamp(issued, UTC) if isinstance(issued, int | float) else None
        return token.document, _latest(moment, token.document)
    document = strict_json.loads_object(body)
    verified = verifiable_credential.verify(document, resolve=finder, now=now)
    if verified.issuer != issuer_id:
        # Whoever may say that it is revoked is not for the host of a list to choose (§2.2 leaves that to us).
        raise StatusListInvalid("STATUS_VERIFICATION_ERROR", "The list is signed by another issuer.")
    _, made = proofs.split(document)
    created = [timestamps.parse(each["created"], needs_offset=False) for each in made if "created" in each]
    return document, _latest(min(created, default=None), document)


def _latest(moment: datetime | None, document: Mapping[str, Any]) -> datetime | None:
    begins = timestamps.parse(document["validFrom"]) if "validFrom" in document else None
    return max((each for each in (moment, begins) if each is not None), default=None)
