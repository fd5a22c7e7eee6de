"""Profile and EndorsementCredential, which hold one another, and the small classes a credential is dressed in.

A Profile describes an organisation or a person; an endorsement is somebody else's signed word about a profile, an
achievement or a credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Tag, ValidationInfo, field_validator, model_validator

from accredit.kit.openbadges.values import (
    CompactJws,
    DateTimeZ,
    IdentityTypeTerm,
    Many,
    Node,
    Number,
    Single,
    Text,
    Uri,
    broken,
    is_reading,
    of_type,
)

VC_V2 = "https://www.w3.org/ns/credentials/v2"
VC_V1 = "https://www.w3.org/2018/credentials/v1"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
# The only context that says what the types of 1EdTech's schemas, refresh services and revocation lists mean.
EXTENSIONS_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CONTEXT: tuple[str, ...] = (VC_V2, OB_CONTEXT)
_OB_CONTEXT_START = "https://purl.imsglobal.org/spec/ob/v3p0/context"


class Image(Node):
    """A picture: `id` is its URL or a data URI."""

    closed: ClassVar[bool] = True
    id: Uri
    type: Single[Literal["Image"]] = "Image"
    caption: str | None = None


class GeoCoordinates(Node):
    """A place on the globe, in degrees."""

    type: Single[Literal["GeoCoordinates"]] = "GeoCoordinates"
    latitude: Number
    longitude: Number


class Address(Node):
    """A postal address."""

    type: Annotated[Many[str], of_type("Address")] = ("Address",)
    address_country: str | None = None
    address_country_code: str | None = None
    address_region: str | None = None
    address_locality: str | None = None
    street_address: str | None = None
    post_office_box_number: str | None = None
    postal_code: str | None = None
    geo: GeoCoordinates | None = None


class IdentifierEntry(Node):
    """One more identifier of a profile or an achievement, such as a URN or a charity number."""

    closed: ClassVar[bool] = True
    type: Single[Literal["IdentifierEntry"]] = "IdentifierEntry"
    identifier: str
    identifier_type: IdentityTypeTerm


class Profile(Node):
    """An organisation or a person. `id` is a URL or a DID; for an issuer, the one whose keys sign."""

    id: Uri
    type: Annotated[Many[str], of_type("Profile")] = ("Profile",)
    name: Text | None = None
    url: Uri | None = None
    phone: str | None = None
    description: Text | None = None
    endorsement: Many[EndorsementCredential] = ()
    endorsement_jwt: Many[CompactJws] = ()
    image: Image | None = None
    email: str | None = None
    address: Address | None = None
    other_identifier: Many[IdentifierEntry] = ()
    official: str | None = None
    parent_org: Profile | None = None
    family_name: str | None = None
    given_name: str | None = None
    additional_name: str | None = None
    patronymic_name: str | None = None
    honorific_prefix: str | None = None
    honorific_suffix: str | None = None
    family_name_prefix: str | None = None
    date_of_birth: date | None = None


class CredentialSchema(Node):
    """Which schema the credential follows; a verifier uses its own copy and fetches nothing (facts l.9)."""

    id: Uri
    type: Single[str] = "1EdTechJsonSchemaValidator2019"


class CredentialStatus(Node):
    """Where a verifier learns whether the credential was revoked (facts c, l.10)."""

    id: Uri | None = None
    type: Single[str] = "BitstringStatusListEntry"
    status_purpose: str | None = None
    status_list_index: str | int | None = None
    status_list_credential: Uri | None = None

    @model_validator(mode="after")
    def _entry_is_whole(self, info: ValidationInfo) -> Self:
        if is_reading(info):
            return self
        if self.id is None:
            raise broken("status-id", "the schemas of 2024 demand an id")
        if self.id == self.status_list_credential:
            raise broken("status-id", "the id of an entry must not be the list's own (BSL 2.1)")
        if self.type == "BitstringStatusListEntry":
            index = self.status_list_index
            if not (isinstance(index, str) and index.isascii() and index.isdigit() and str(int(index)) == index):
                raise broken("status-index", "statusListIndex is a decimal number written as a string (BSL 2.1)")
            if not self.status_purpose or not self.status_list_credential:
                raise broken("required", "an entry names statusPurpose and statusListCredential (BSL 2.1)")
        return self


class RefreshService(Node):
    """Where a newer form may be had; shown to the reader, never followed (facts l.8)."""

    id: Uri
    type: Single[str] = "1EdTechCredentialRefresh"


class TermsOfUse(Node):
    """What the credential may be used for."""

    id: Uri | None = None
    type: Single[str]


def _issuer_kind(value: object) -> str:
    return "~uri" if isinstance(value, str) else "~profile"


def _status_kind(value: object) -> str:
    return "~list" if isinstance(value, list | tuple) else "~one"


Issuer = Annotated[Annotated[Uri, Tag("~uri")] | Annotated[Profile, Tag("~profile")], Discriminator(_issuer_kind)]
Statuses = Annotated[
    Annotated[CredentialStatus, Tag("~one")] | Annotated[tuple[CredentialStatus, ...], Tag("~list")],
    Discriminator(_status_kind),
]


class Credential(Node):
    """What every credential has beside its subject. Not used by itself: see the two subclasses.

    `context` of what is built is always `CONTEXT`, plus further contexts where one is given.
    """

    context: tuple[str | dict[str, Any], ...] = CONTEXT
    id: Uri
    type: Many[str]
    name: Text | None = None
    description: Text | None = None
    issuer: Issuer
    valid_from: DateTimeZ
    valid_until: DateTimeZ | None = None
    awarded_date: DateTimeZ | None = None
    credential_schema: Many[CredentialSchema] = ()
    credential_status: Statuses | None = None
    refresh_service: RefreshService | None = None
    terms_of_use: Many[TermsOfUse] = ()
    proof: Many[dict[str, Any]] = ()

    @model_validator(mode="before")
    @classmethod
    def _dates_of_the_older_model(cls, value: object, info: ValidationInfo) -> object:
        """Read a VCDM 1.1 document's dates under their newer names."""
        if not is_reading(info) or not isinstance(value, Mapping) or not _is_v1(value.get("@context")):
            return value
        renamed = dict(value)
        for old, new in (("issuanceDate", "validFrom"), ("expirationDate", "validUntil")):
            if old in renamed and new not in renamed:
                renamed[new] = renamed.pop(old)
        return renamed

    @field_validator("context")
    @classmethod
    def _context_is_open_badges(
        cls, value: tuple[str | dict[str, Any], ...], info: ValidationInfo
    ) -> tuple[str | dict[str, Any], ...]:
        if not is_reading(info):
            if value[:2] != CONTEXT:
                raise broken("context", f"the context starts with {' and '.join(CONTEXT)}")
            return value
        second = value[1] if len(value) > 1 else None
        is_known = isinstance(second, str) and second.startswith(_OB_CONTEXT_START) and second.endswith(".json")
        if not value or value[0] not in (VC_V2, VC_V1) or not is_known:
            raise broken("context", "not the contexts of an Open Badges 3.0 credential, in their order")
        return value

    @field_validator("credential_status", mode="before")
    @classmethod
    def _no_entries_are_none(cls, value: object) -> object:
        return None if isinstance(value, list | tuple) and not value else value

    @field_validator("type")
    @classmethod
    def _is_a_credential(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "VerifiableCredential" not in value:
            raise broken("type", "the type must name VerifiableCredential")
        return value

    @model_validator(mode="after")
    def _every_type_has_a_context(self, info: ValidationInfo) -> Self:
        types = [each.type for each in self.credential_schema] + [each.type for each in self.statuses]
        types += [self.refresh_service.type] if self.refresh_service else []
        named = sorted({each for each in types if each.startswith("1EdTech")})
        # A type that no context defines cannot be signed over, so the document would be refused later and elsewhere.
        if named and not is_reading(info) and EXTENSIONS_CONTEXT not in self.context:
            raise broken("context", f"{', '.join(named)} needs the further context {EXTENSIONS_CONTEXT}")
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        # VCDM 4.9: validFrom is not later than validUntil.
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise broken("valid-until", "validUntil lies before validFrom")
        return self

    @property
    def statuses(self) -> tuple[CredentialStatus, ...]:
        """Answer every status entry, of which Open Badges allows one and VCDM several."""
        if self.credential_status is None:
            return ()
        found = self.credential_status
        return found if isinstance(found, tuple) else (found,)

    @property
    def issuer_id(self) -> str:
        """Answer the issuer's id, however the issuer is written."""
        return self.issuer.id if isinstance(self.issuer, Profile) else self.issuer

    def document(self) -> dict[str, Any]:
        """Answer the JSON object, as `Node.document`; one read as VCDM 1.1 keeps that model's names for its dates."""
        written = super().document()
        if _is_v1(written["@context"]):
            for old, new in (("issuanceDate", "validFrom"), ("expirationDate", "validUntil")):
                if new in written:
                    written[old] = written.pop(new)
        return written


def _is_v1(context: object) -> bool:
    return isinstance(context, list | tuple) and bool(context) and context[0] == VC_V1


class EndorsementSubject(Node):
    """What is endorsed (`id`), and in which words."""

    id: Uri
    type: Annotated[Many[str], of_type("EndorsementSubject")] = ("EndorsementSubject",)
    endorsement_comment: str | None = None


class EndorsementCredential(Credential):
    """A signed word of somebody about somebody or something else; `name` is required, unlike elsewhere."""

    type: Annotated[Many[str], of_type("EndorsementCredential")] = ("VerifiableCredential", "EndorsementCredential")
    name: Text
    credential_subject: Single[EndorsementSubject]


Profile.model_rebuild()
EndorsementCredential.model_rebuild()
