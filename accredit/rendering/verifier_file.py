"""The single file that checks certificates on anybody's computer: its script as it was built, our words and rules.

The script, from ``verifier/``, knows no word, reason, class of Open Badges or term of a context by itself. All of that
is put in here from the code that the service itself runs on, so that both say the same; and the trust anchors, so that
a copy knows whom it is from, and since when.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from accredit.domain.verification import words
from accredit.domain.verification.report import WITHHELD
from accredit.domain.verification.rules import (
    AXES,
    FOUNDATIONS,
    GRAVITY,
    GREY,
    NEEDED,
    NEEDED_OF_OWN,
    REASONS,
    Axis,
    CheckId,
)
from accredit.domain.verification.trust import Trust
from accredit.kit.linkeddata import terms
from accredit.kit.openbadges import shape
from accredit.kit.vc.known_test_keys import FINGERPRINTS
from accredit.rendering.environment import translations
from accredit.rendering.verifier_words import CHANNELS, MEANINGS, NEXT_STEPS_FOR, PAGE

FILE_NAME = "accredit-verify.html"
LANGUAGES = {"en": "English", "cy": "Cymraeg"}


def verifier_file(trust: Trust) -> bytes:
    """Return the file with these trust anchors; nothing in it is personal."""
    return _page().replace(">TRUST<", f">{_json(trust.to_json())}<", 1).encode()


@cache
def _page() -> str:
    template = resources.files("accredit.rendering").joinpath("verifier.html").read_text(encoding="utf-8")
    return template.replace(">FACTS<", f">{_json(facts())}<", 1)


def facts() -> dict[str, Any]:
    """Gather what the script works with: rules, classes, contexts, and the words in each language."""
    return {
        "contexts": [terms.source(name) for name in terms.NAMES],
        "classes": shape.classes(),
        "checks": [each.value for each in CheckId if each is not CheckId.HOLDER],
        "axes": _plain(AXES),
        "allAxes": [each.value for each in Axis],
        "reasons": _plain(REASONS),
        "gravity": [each.value for each in GRAVITY],
        "foundations": sorted(FOUNDATIONS),
        "needed": sorted(NEEDED),
        "neededOfOwn": sorted(NEEDED_OF_OWN),
        "withheld": sorted(WITHHELD),
        "grey": sorted(GREY),
        "printedKeys": sorted(FINGERPRINTS),
        "answeredElsewhere": sorted(words.ANSWERED_ELSEWHERE),
        "languages": {language: _words(language) for language in LANGUAGES},
    }


def _words(language: str) -> dict[str, Any]:
    say = translations(language).gettext
    return {
        "headings": _said(words.HEADINGS, say),
        "titles": _said(words.TITLES, say),
        "steps": _said(words.NEXT_STEPS, say),
        "stepsFor": _said({**words.NEXT_STEPS_FOR, **NEXT_STEPS_FOR}, say),
        "reasons": _said(words.REASONS, say),
        "checks": _said(words.CHECKS, say),
        "meanings": _said({**words.MEANINGS, **MEANINGS}, say),
        "channels": _said(CHANNELS, say),
        "ui": _said(PAGE, say) | {"language": LANGUAGES[language]},
        "genuineLine": say(words.GENUINE_LINE),
        "statusUnknown": say(words.UNCHANGED_STATUS_UNKNOWN),
        "promise": say(words.PROMISE),
        "unconfirmed": say(words.UNCONFIRMED),
        "notAClearance": say(words.NOT_A_CLEARANCE),
    }


def _said(texts: Mapping[Any, str], say: Callable[[str], str]) -> dict[str, str]:
    return {str(key): say(text) for key, text in texts.items()}


def _plain(table: Mapping[Any, StrEnum]) -> dict[str, str]:
    return {str(key): value.value for key, value in table.items()}


def _json(value: object) -> str:
    # Inside a script element only a "<" could end it, or begin a comment.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
