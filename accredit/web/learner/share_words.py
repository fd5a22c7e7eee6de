"""The words of shares on a young person's own pages: what is chosen, how a share stands, why one has ended."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext

from accredit.domain.credentials.share_links import ShareFacts
from accredit.domain.credentials.sharing_rules import Lasts, MadeFor, NameShown, ShareEnd, ShareState

MADE_FOR: Mapping[MadeFor, LazyString] = {
    MadeFor.COLLEGE: lazy_gettext("School or college"),
    MadeFor.UNIVERSITY: lazy_gettext("University"),
    MadeFor.WORK: lazy_gettext("A job or work experience"),
    MadeFor.VOLUNTEERING: lazy_gettext("Volunteering or a club"),
    MadeFor.FAMILY: lazy_gettext("Family or friends"),
    MadeFor.OTHER: lazy_gettext("Something else"),
}
LASTS: Mapping[Lasts, LazyString] = {
    Lasts.TWO_WEEKS: lazy_gettext("Two weeks"),
    Lasts.FOUR_WEEKS: lazy_gettext("Four weeks"),
    Lasts.THREE_MONTHS: lazy_gettext("Three months"),
    Lasts.A_YEAR: lazy_gettext("A year"),
}
NAMES: Mapping[NameShown, LazyString] = {
    NameShown.INITIALS: lazy_gettext("Only my initials"),
    NameShown.KNOWN_AS: lazy_gettext("What people call me"),
    NameShown.FULL: lazy_gettext("My full name"),
}
MONTHS: Mapping[str, LazyString] = {
    "award": lazy_gettext("When it was: the months, and the day of the award"),
    "record": lazy_gettext("When it was: the months"),
}
STATES: Mapping[ShareState, LazyString] = {
    ShareState.COMING: lazy_gettext("Being made"),
    ShareState.OPEN: lazy_gettext("It works"),
    ShareState.ON_HOLD: lazy_gettext("On hold"),
    ShareState.HIDDEN: lazy_gettext("Nobody can see it"),
    ShareState.ENDED: lazy_gettext("Ended"),
}
TOLD: Mapping[ShareState, LazyString] = {
    ShareState.COMING: lazy_gettext("It is being made. Look again in a minute. You can send the link already."),
    ShareState.ON_HOLD: lazy_gettext(
        "What it shows is on hold for the moment, so the link shows nothing. Ask an adult at school if you want to "
        "know more."
    ),
    ShareState.HIDDEN: lazy_gettext(
        "To keep you safe, nobody outside can find this at the moment. It is still yours. Ask an adult at school if "
        "you want to know more."
    ),
}
_RECORD_ENDED: LazyString = lazy_gettext(
    "The record that it was of was taken back, so the link shows nothing. You can make a new record, and share that."
)
ENDS: Mapping[ShareEnd, LazyString] = {
    ShareEnd.WITHDRAWN: lazy_gettext("You ended it."),
    ShareEnd.OVER: lazy_gettext("Its time was over."),
    ShareEnd.CERTIFICATE_ENDED: lazy_gettext(
        "Your school took the certificate back, so the link shows nothing. Ask an adult at school if you want to know "
        "more."
    ),
    ShareEnd.RENEWED: lazy_gettext(
        "Your name or your certificate was put right. Nobody should see the old one, so the link shows nothing. You "
        "can make a new one."
    ),
    ShareEnd.NOT_AGREED: lazy_gettext("Sharing was switched off. When it is on again, you can make a new one."),
    ShareEnd.LOST: lazy_gettext("It could not be finished. You can make a new one."),
}


def end_of(share: ShareFacts) -> LazyString | None:
    """Return why a share has ended; None for one that has not."""
    if share.because is ShareEnd.CERTIFICATE_ENDED and share.is_of_record:
        # Its holder may have taken it back themselves.
        return _RECORD_ENDED
    return None if share.because is None else ENDS[share.because]
