"""What every credential and presentation must look like (Verifiable Credentials Data Model 2.0 §4 and §5, and 1.1).

- contexts: a list that begins with the base context; each other entry a URL or an object (§4.3)
- id: one URL (§4.4); type: terms or URLs, with the one that is required among them (§4.5)
- name and description: text, or text in languages (§4.6, §11.1)
- issuer: a URL, or an object with one as its id (§4.7); subjects: each claims something (§4.8)
- dates with an offset, in order (§4.9)
- status, schemas, refreshing, terms, evidence and the reserved properties: typed objects (§4.10, §4.11, §5.4 to §5.10)
- related resources: distinct, each with a digest that is right (§5.3)
- presentations hold credentials as objects, and name their holder by a URL (§4.13)

Not here: signatures, what the members mean (`accredit.kit.linkeddata`), whether a credential is in force now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accredit.kit.vc import related_resource, status_list, timestamps
from accredit.kit.vc.errors import DataModelInvalid
from accredit.kit.vc.vc_jwt_claims import V1, V2

CREDENTIAL: Final = "VerifiableCredential"
PRESENTATION: Final = "VerifiablePresentation"
MEDIA_TYPE: Final = "application/vc"
PRESENTATION_MEDIA_TYPE: Final = "application/vp"

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_TYPED: Final = (
    *("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence"),
    *("renderMethod", "confidenceMethod"),
)
# §4.11 asks for the id of a schema; VCDM 1.1 §4.9 and §5.4 for those of a status and a refresh service too.
_IDENTIFIED: Final = {V2: {"credentialSchema"}, V1: {"credentialSchema", "credentialStatus", "refreshService"}}


def is_url(value: object) -> bool:
    """Tell whether a value is one absolute URL, URNs and DIDs included."""
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def check_credential(document: object, *, path: str = "$") -> None:
    """Refuse what is no credential of VCDM 2.0 or 1.1, secured or not.

    Raises `DataModelInvalid` with code ``not_an_object context_missing context_not_a_list context_base
    context_malformed id_not_url type_missing type_malformed type_required issuer_missing issuer_malformed
    subject_missing subject_empty language_value date_missing validity_order typed_object schema_id proof_malformed
    related_resource related_duplicate digest_missing digest_malformed digest_mismatch``; `TimestampInvalid` for a date,
    and `StatusListInvalid` for a bitstring status list, or an entry in one.
    """
    members = _object(document, path)
    base = _check_contexts(members, path)
    _check_id(members, path)
    _check_types(members, path, required=CREDENTIAL)
    _check_issuer(members, path)
    _check_subjects(members, path)
    validity(members, path=path)
    if base == V2:
        _check_texts(members, path)
        _check_related(members, path)
    _check_typed(members, path, base)
    _check_proofs(members, path)
    subject = members["credentialSubject"]
    kinds = [*_listed(members["type"]), *(_listed(subject.get("type")) if isinstance(subject, dict) else [])]
    if "BitstringStatusListCredential" in kinds or "BitstringStatusList" in kinds:
        status_list.check_list(members)


def check_presentation(document: object, *, path: str = "$") -> None:
    """Refuse what is no presentation, or holds what is no credential; raises as `check_credential` does.

    Further codes: ``holder_malformed`` and ``credential_not_an_object``. Enveloped credentials are checked as such.
    """
    members = _object(document, path)
    base = _check_contexts(members, path)
    _check_id(members, path)
    _check_types(members, path, required=PRESENTATION)
    holder = members.get("holder", None)
    if "holder" in members and not is_url(holder.get("id") if isinstance(holder, dict) else holder):
        sentence = "The holder is a URL, or an object whose id is one."
        raise DataModelInvalid("holder_malformed", sentence, path=f"{path}.holder")
    _check_typed(members, path, base)
    _check_proofs(members, path)
    for where, contained in _each(members, "verifiableCredential", path):
        if not isinstance(contained, dict):
            sentence = "A presentation holds credentials as objects, never as texts or numbers."
            raise DataModelInvalid("credential_not_an_object", sentence, path=where)
        if not is_enveloped(contained):
            check_credential(contained, path=where)
        else:
            check_enveloped(contained, path=where)


def is_enveloped(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is an envelope by its type, and not the thing itself (§4.13)."""
    types = _listed(document.get("type"))
    return f"Enveloped{CREDENTIAL}" in types or f"Enveloped{PRESENTATION}" in types


def check_enveloped(document: object, *, required: str = CREDENTIAL, path: str = "$") -> None:
    """Refuse what is no envelope of a credential or presentation (§4.13): a context, the type, and a ``data:`` URL.

    Raises `DataModelInvalid` with code ``not_an_object``, ``context_base``, ``type_required`` or ``envelope_id``.
    """
    members = _object(document, path)
    if V2 not in _listed(members.get("@context")):
        raise DataModelInvalid("context_base", "An envelope names the context of VCDM 2.0.", path=f"{path}['@context']")
    if _listed(members.get("type")) != [f"Enveloped{required}"]:
        raise DataModelInvalid("type_required", f"The type must be Enveloped{required}.", path=f"{path}.type")
    identifier = members.get("id")
    if not isinstance(identifier, str) or not identifier.startswith("data:") or "," not in identifier:
        sentence = "The id of an envelope is a data: URL that holds what is signed."
        raise DataModelInvalid("envelope_id", sentence, path=f"{path}.id")


def validity(document: Mapping[str, Any], *, path: str = "$") -> tuple[datetime | None, datetime | None]:
    """Read from when and until when a credential holds (§4.9, VCDM 1.1 §4.6); None where it does not say.

    Raises `DataModelInvalid` with code ``date_missing`` or ``validity_order``, and `TimestampInvalid`.
    """
    older = _listed(document.get("@context"))[:1] == [V1]
    if older and "issuanceDate" not in document:
        raise DataModelInvalid("date_missing", "A credential of VCDM 1.1 needs its issuanceDate.", path=path)
    start, end = ("issuanceDate", "expirationDate") if older else ("validFrom", "validUntil")
    since, until = (
        timestamps.parse(document[name], path=f"{path}.{name}") if name in document else None for name in (start, end)
    )
    if since is not None and until is not None and until < since:
        raise DataModelInvalid("validity_order", f"{end} lies before {start}.", path=f"{path}.{end}")
    return since, until


def _object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataModelInvalid("not_an_object", "This must be one object.", path=path)
    return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _each(members: Mapping[str, Any], name: str, path: str) -> list[tuple[str, Any]]:
    """Return the values of a property that may hold one or several, each with its path; an empty list is refused."""
    if name not in members:
        return []
    value = members[name]
    if not isinstance(value, list):
        return [(f"{path}.{name}", value)]
    if not value:
        raise DataModelInvalid("typed_object", f"Leave {name} out, or give at least one.", path=f"{path}.{name}")
    return [(f"{path}.{name}[{position}]", each) for position, each in enumerate(value)]


def _check_contexts(members: Mapping[str, Any], path: str) -> str:
    where = f"{path}['@context']"
    if "@context" not in members:
        raise DataModelInvalid("context_missing", "Name the contexts of the document in @context.", path=path)
    contexts = members["@context"]
    if not isinstance(contexts, list) or not contexts:
        raise DataModelInvalid("context_not_a_list", "Write @context as a list, the base context first.", path=where)
    if contexts[0] != V1 and contexts[0] != V2:
        raise DataModelInvalid("context_base", f"The first context must be {V2}.", path=f"{where}[0]")
    for position, context in enumerate(contexts[1:], 1):
        if not is_url(context) and not isinstance(context, dict):
            sentence = "A context is a URL or an object."
            raise DataModelInvalid("context_malformed", sentence, path=f"{where}[{position}]")
    return str(contexts[0])


def _check_id(members: Mapping[str, Any], path: str) -> None:
    if "id" in members and not is_url(members["id"]):
        raise DataModelInvalid("id_not_url", "An id is one URL.", path=f"{path}.id")


def _check_types(members: Mapping[str, Any], path: str, *, required: str | None = None) -> None:
    if "type" not in members:
        raise DataModelInvalid("type_missing", "Say of what type this is.", path=path)
    types = _listed(members["type"])
    if not types or not all(isinstance(name, str) and name for name in types):
        raise DataModelInvalid("type_malformed", "A type is a term or a URL, or a list of these.", path=f"{path}.type")
    if required is not None and required not in types:
        raise DataModelInvalid("type_required", f"One type must be {required}.", path=f"{path}.type")


def _check_issuer(members: Mapping[str, Any], path: str) -> None:
    issuer = members.get("issuer")
    if issuer is None:
        raise DataModelInvalid("issuer_missing", "A credential names its issuer.", path=f"{path}.issuer")
    if not is_url(issuer.get("id") if isinstance(issuer, dict) else issuer):
        sentence = "The issuer is a URL, or an object whose id is one."
        raise DataModelInvalid("issuer_malformed", sentence, path=f"{path}.issuer")


def _check_subjects(members: Mapping[str, Any], path: str) -> None:
    subjects = _listed(members.get("credentialSubject", []))
    if not subjects:
        raise DataModelInvalid("subject_missing", "A credential is about somebody or something.", path=path)
    for position, subject in enumerate(subjects):
        where = f"{path}.credentialSubject" + (f"[{position}]" if len(subjects) > 1 else "")
        if not isinstance(subject, dict) or not subject:
            raise DataModelInvalid("subject_empty", "A subject is an object with at least one claim.", path=where)
        _check_id(subject, where)


def _check_texts(members: Mapping[str, Any], path: str) -> None:
    issuer = members["issuer"]
    nodes = [(path, members), *([(f"{path}.issuer", issuer)] if isinstance(issuer, dict) else [])]
    for where, node in nodes:
        for name in ("name", "description"):
            for inner, value in _each(node, name, where):
                if not isinstance(value, str):
                    _check_language_value(value, inner)


def _check_language_value(value: object, path: str) -> None:
    """Check text with its language and direction (§11.1): nothing else may stand beside them."""
    is_good = (
        isinstance(value, dict)
        and isinstance(value.get("@value"), str)
        and value.keys() <= {"@value", "@language", "@direction"}
        and _LANGUAGE.fullmatch(str(value.get("@language", "en"))) is not None
        and value.get("@direction", "ltr") in ("ltr", "rtl")
    )
    if not is_good:
        sentence = "Write text, or an object of @value with @language and @direction and nothing else."
        raise DataModelInvalid("language_value", sentence, path=path)


def _check_typed(members: Mapping[str, Any], path: str, base: str) -> None:
    for name in _TYPED:
        for where, value in _each(members, name, path):
            if not isinstance(value, dict):
                raise DataModelInvalid("typed_object", f"A {name} is an object with a type.", path=where)
            _check_types(value, where)
            _check_id(value, where)
            if "id" not in value and name in _IDENTIFIED[base]:
                raise DataModelInvalid("schema_id", f"A {name} has an id.", path=where)
            if name == "credentialStatus" and status_list.ENTRY_TYPE in _listed(value["type"]):
                status_list.parse_entry(value)


def _check_related(members: Mapping[str, Any], path: str) -> None:
    seen = set()
    for where, resource in _each(members, "relatedResource", path):
        if not isinstance(resource, dict) or not is_url(resource.get("id")):
            sentence = "A related resource is an object whose id is a URL."
            raise DataModelInvalid("related_resource", sentence, path=where)
        if resource["id"] in seen:
            raise DataModelInvalid("related_duplicate", "Name each related resource once.", path=where)
        seen.add(resource["id"])
        related_resource.check_digests(resource, where)


def _check_proofs(members: Mapping[str, Any], path: str) -> None:
    for where, found in _each(members, "proof", path):
        if not isinstance(found, dict) or not isinstance(found.get("type"), str):
            raise DataModelInvalid("proof_malformed", "A proof is an object with a type.", path=where)
