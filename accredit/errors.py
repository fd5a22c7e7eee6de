"""The one root of every error that a caller may have to handle.

The kit has small families of its own; the storage and domain layers translate them. Status codes are not here:
only the web layer knows them.
"""

from __future__ import annotations


class AccreditError(Exception):
    """Something the caller must handle; ``code`` is stable, documented and translatable."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


class RuleBroken(AccreditError):
    """A rule of the domain refused the act; ``rule`` is its id, ``facts`` the values its message needs."""

    def __init__(self, rule: str, detail: str = "", **facts: object) -> None:
        super().__init__(rule, detail)
        self.rule = rule
        self.facts = facts


class NotFound(AccreditError):
    """There is no such thing, or none that this caller may know of."""

    def __init__(self, what: str = "not-found", detail: str = "") -> None:
        super().__init__(what, detail)


class Forbidden(AccreditError):
    """The caller is known and may not do this."""

    def __init__(self, code: str = "forbidden", detail: str = "") -> None:
        super().__init__(code, detail)


class Conflict(AccreditError):
    """Somebody else changed the same thing first, or it exists already."""

    def __init__(self, code: str = "conflict", detail: str = "") -> None:
        super().__init__(code, detail)


class NotReady(AccreditError):
    """The service cannot do this now: a key, a disk, a newer schema; ``detail`` says what to do."""
