"""The one small family of errors that this package raises.

Each has a stable ``code``, a ``path`` that says where, and one sentence a developer can act on. A document that
cannot be mapped to RDF raises `accredit.kit.linkeddata.LinkedDataError` instead, which has the same three.
"""

from __future__ import annotations


class VcError(Exception):
    """Something about a credential was refused; `code`, `path` and `sentence` say why, where and what to do."""

    def __init__(self, code: str, sentence: str, *, path: str = "$") -> None:
        super().__init__(f"{code} at {path}: {sentence}")
        self.code = code
        self.path = path
        self.sentence = sentence


class KeyRefused(VcError):
    """A key is malformed, of a kind that is not used here, or weak."""


class IdentifierRefused(VcError):
    """A DID, a verification method or the document behind it is not as it must be."""


class ProofInvalid(VcError):
    """A proof is missing, malformed, does not match the document, or its key may not be used."""


class StatusListInvalid(VcError):
    """A status list or an entry in one cannot be read or trusted to say anything."""


class TimestampInvalid(VcError):
    """A date and time is not written as XML Schema asks for."""


class DataModelInvalid(VcError):
    """A credential or a presentation is not formed as the data model asks for."""


class PresentationInvalid(VcError):
    """A presentation is well formed, but does not hold together: its holder, or what it contains."""


class TokenUnreadable(VcError):
    """What was given is no compact JWS that every reader would read in the same way."""


class TokenInvalid(VcError):
    """A token is readable, but not signed as it must be, or contradicts the credential in it."""


class StatementInvalid(VcError):
    """The digits behind an address are no statement, or not one that its key made."""
