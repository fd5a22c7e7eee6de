"""The sentences behind the fixed reasons, grounds and answers about a certificate; for the school and the young person.

None of them is ever shown to a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString, lazy_gettext

from accredit.domain.credentials.rules import ChallengeAnswer, ChallengeGround, RevokeReason
from accredit.domain.issuing.replacing import STILL_PAUSED
from accredit.domain.issuing.rules import ReplaceReason, StatusAct

SUSPEND_REASONS: Mapping[str, LazyString] = {
    "looking-into-it": lazy_gettext("We are looking into something"),
    "facts-to-check": lazy_gettext("The name or the facts on it may not be right"),
    "asked-by-holder": lazy_gettext("The young person asked us to"),
}
REINSTATE_REASONS: Mapping[str, LazyString] = {
    "all-is-well": lazy_gettext("We looked into it, and all is well"),
    "paused-by-mistake": lazy_gettext("It was paused by mistake"),
    "asked-by-holder": lazy_gettext("The young person asked us to"),
}
REVOKE_REASONS: Mapping[RevokeReason, LazyString] = {
    RevokeReason.FACTS_WRONG: lazy_gettext("The name or the facts on it are not right"),
    RevokeReason.AWARDED_BY_MISTAKE: lazy_gettext("It was awarded by mistake"),
    RevokeReason.ASKED_BY_HOLDER: lazy_gettext("The young person asked us to"),
    RevokeReason.RECORD_NOT_RELIABLE: lazy_gettext("The record behind it turned out not to be reliable"),
}
REPLACE_REASONS: Mapping[ReplaceReason, LazyString] = {
    ReplaceReason.NAME_CHANGED: lazy_gettext("The name was changed"),
    ReplaceReason.RECORD_CORRECTED: lazy_gettext("The record was corrected"),
    ReplaceReason.KEY_COMPROMISED: lazy_gettext("The key it was signed with was lost"),
}
GROUNDS: Mapping[ChallengeGround, LazyString] = {
    ChallengeGround.FACTS_ARE_RIGHT: lazy_gettext("What the certificate says is right"),
    ChallengeGround.NOBODY_ASKED_ME: lazy_gettext("Nobody talked to me about it"),
    ChallengeGround.NAME_IS_MINE: lazy_gettext("The name on it is mine"),
    ChallengeGround.WANT_TO_TALK: lazy_gettext("I would like to talk to an adult about it"),
}
ANSWERS: Mapping[ChallengeAnswer, LazyString] = {
    ChallengeAnswer.HOLDS: lazy_gettext("We looked again: the certificate holds"),
    ChallengeAnswer.STAYS: lazy_gettext("We looked again: it stays as it is"),
    ChallengeAnswer.TALK: lazy_gettext("Let us talk about it. An adult will come to you"),
}
_OF: Mapping[StatusAct, Mapping[Any, LazyString]] = {
    StatusAct.SUSPEND: {**SUSPEND_REASONS, STILL_PAUSED: lazy_gettext("The one before it was paused")},
    StatusAct.REINSTATE: REINSTATE_REASONS,
    StatusAct.REVOKE: {str(code): text for code, text in (*REVOKE_REASONS.items(), *REPLACE_REASONS.items())},
}


def reason_text(act: StatusAct, code: str | None) -> str:
    """Say why something was done; nothing once the reason was erased."""
    return str(_OF[act].get(code, code)) if code else ""
