"""The words of fixed lists, as an operator reads them."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

from accredit.domain.organisations.rules import Channel, Kind, SuspensionReason
from accredit.domain.people.rules import DeclineReason

CHANNELS: dict[Channel, LazyString] = {
    Channel.TELEPHONE: lazy_gettext("By telephone, on a number from an official register"),
    Channel.LETTER: lazy_gettext("By letter to its official address"),
    Channel.VISIT: lazy_gettext("By a visit"),
    Channel.OFFICIAL_REGISTER: lazy_gettext("From an official register, answered from an address it names"),
}
KINDS: dict[Kind, LazyString] = {
    Kind.SCHOOL: lazy_gettext("School"),
    Kind.COLLEGE: lazy_gettext("College"),
    Kind.COMMUNITY: lazy_gettext("Community organisation"),
}
SUSPENSION_REASONS: dict[SuspensionReason, LazyString] = {
    SuspensionReason.ASKED_FOR: lazy_gettext("It asked for this, for example after a break-in"),
    SuspensionReason.NOT_SAFE: lazy_gettext("What is done in its name is not safe for young people, or not true"),
    SuspensionReason.NOT_THEM: lazy_gettext("Those who use the account may not be the organisation"),
}
DECLINE_REASONS: dict[DeclineReason, LazyString] = {
    DeclineReason.COULD_NOT_CHECK: lazy_gettext("We could not check it by an outside channel"),
    DeclineReason.HERE_ALREADY: lazy_gettext("It is here already: its own staff can add them"),
    DeclineReason.NOT_FOR_US: lazy_gettext("It is not a school, college or community organisation of the UK"),
}
