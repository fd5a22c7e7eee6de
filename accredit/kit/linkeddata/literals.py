"""RDF literals in canonical N-Quads: text, numbers, languages, and JSON.

Numbers follow JSON-LD 1.1 API §8.6, and are refused where implementations are known to write different ones.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
I18N: Final = "https://www.w3.org/ns/i18n#"

_MUST_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\' + "\ufffe\uffff]")
_SHORT_ESCAPES = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r", '"': r"\"", "\\": r"\\"}
_SIXTEEN_DIGITS = Context(prec=16, rounding=ROUND_HALF_UP)

# BCP 47, §2.1: the shape only; whether a subtag is registered is not asked.
LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


class AmbiguousCharacter(ValueError):
    """U+FFFE or U+FFFF: the text asks to escape them, implementations write them as they are."""


def escaped(text: str) -> str:
    """Escape text as canonical N-Quads do (RDFC-1.0, Canonical N-Quads); raises `AmbiguousCharacter`."""
    # Whatever is printable needs no escape but for two characters, and Python knows that faster than an expression.
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return _MUST_ESCAPE.sub(_escape, text)


def quote(text: str) -> str:
    """Quote text as canonical N-Quads do; raises `AmbiguousCharacter`."""
    return f'"{escaped(text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character >= "\ufffe":
        raise AmbiguousCharacter
    return _SHORT_ESCAPES.get(character) or f"\\u{ord(character):04X}"


def ending(datatype: str) -> str:
    """Write what follows the text of a literal of this datatype; ``xsd:string`` is never written."""
    return "" if datatype == XSD + "string" else f"^^<{datatype}>"


def typed(text: str, datatype: str) -> str:
    """Write a literal with its datatype."""
    return quote(text) + ending(datatype)


def in_language(text: str, language: str | None, direction: str | None) -> str:
    """Write text with a language, a direction, or both; the direction as ``i18n-datatype``."""
    if direction is not None:
        return f"{quote(text)}^^<{I18N}{(language or '').lower()}_{direction}>"
    return f"{quote(text)}@{language.lower()}" if language else quote(text)


def is_ambiguous(value: float) -> bool:
    """Tell whether implementations would write or read this number differently.

    An integer that no double holds exactly changes its value in most readers. Below 1e-6, one implementation looks
    at the spelling of the number and writes ``0``.
    """
    try:
        double = float(value)
    except OverflowError:
        return True
    if isinstance(value, int):
        return int(double) != value
    return not math.isfinite(double) or 0 < abs(double) < 1e-6


def number(value: float, datatype: str | None) -> str:
    """Write a number: whole below 1e21 as an integer, anything else as a double (JSON-LD 1.1 API §8.6)."""
    if abs(value) < 1e21 and value == int(value) and datatype != XSD + "double":
        return typed(str(int(value)), datatype or XSD + "integer")
    return typed(canonical_double(float(value)), datatype or XSD + "double")


def canonical_double(value: float) -> str:
    """Write a double with up to 16 significant digits, as ``%1.15E`` without its padding: 3.5 is ``3.5E0``."""
    if value == 0:
        return "0.0E0"
    sign, digits, _ = (rounded := _SIXTEEN_DIGITS.create_decimal(Decimal(value))).as_tuple()
    stripped = "".join(map(str, digits)).rstrip("0")
    return f"{'-' if sign else ''}{stripped[0]}.{stripped[1:] or '0'}E{rounded.adjusted()}"
