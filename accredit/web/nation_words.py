"""The words that change with the nation: who answers for keeping children safe, what guides a school in it, and needs.

The words alone change; no rule of ours does. Year groups are `people.class_list.YEAR_GROUPS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from accredit.domain.organisations.rules import Nation


@dataclass(frozen=True, kw_only=True)
class NationWords:
    """What a thing is called in one nation."""

    lead: LazyString
    """The adult who answers for keeping children safe."""
    guidance: LazyString
    """The guidance that schools follow in it."""
    needs: LazyString
    """Needs for more support in learning, as they are written in school systems."""


NATIONS: dict[Nation, LazyString] = {
    Nation.ENGLAND: lazy_gettext("England"),
    Nation.WALES: lazy_gettext("Wales"),
    Nation.SCOTLAND: lazy_gettext("Scotland"),
    Nation.NORTHERN_IRELAND: lazy_gettext("Northern Ireland"),
}
WORDS: dict[Nation, NationWords] = {
    Nation.ENGLAND: NationWords(
        lead=lazy_gettext("designated safeguarding lead"),
        guidance=lazy_gettext("Keeping Children Safe in Education"),
        needs=lazy_gettext("SEND"),
    ),
    Nation.WALES: NationWords(
        lead=lazy_gettext("designated safeguarding person"),
        guidance=lazy_gettext("Keeping Learners Safe"),
        needs=lazy_gettext("ALN"),
    ),
    Nation.SCOTLAND: NationWords(
        lead=lazy_gettext("child protection co-ordinator"),
        guidance=lazy_gettext("the National Guidance for Child Protection in Scotland"),
        needs=lazy_gettext("ASN"),
    ),
    Nation.NORTHERN_IRELAND: NationWords(
        lead=lazy_gettext("designated teacher for child protection"),
        guidance=lazy_gettext("Safeguarding and Child Protection in Schools"),
        needs=lazy_gettext("SEN"),
    ),
}
