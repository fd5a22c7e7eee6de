"""What a reader is told when a rule of training refuses: that of young people, and that of the adults.

They are told by `messages.sentence`, as every refusal is.
"""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

TRAINING: Final = {
    "register-taken": lazy_gettext("Its register was taken, so it was held. It stays as it is."),
    "session-without-modules": lazy_gettext("Choose at least one module for this session."),
    "module-not-in-programme": lazy_gettext("One of the modules is not part of this programme."),
    "register-before-the-day": lazy_gettext("The register can be taken from the day of the session on."),
    "not-enrolled": lazy_gettext("Somebody ticked was not in this programme on that day."),
    "on-a-break": lazy_gettext(
        "They were on a break that day. Nothing earned is lost; it can be added again after the break."
    ),
    "module-not-in-session": lazy_gettext("This session does not teach that module."),
    "session-without-parts": lazy_gettext("Choose at least one part."),
    "part-unknown": lazy_gettext("Choose parts from the list."),
    "own-attendance": lazy_gettext("Nobody writes down their own training. Ask a colleague to."),
    "own-record": lazy_gettext("This is your own record. Somebody else gives it."),
    "nothing-attended": lazy_gettext("Nothing is written down of this training yet."),
    "record-as-before": lazy_gettext("You have a record that says the same already."),
    "not-asked": lazy_gettext("This was answered already, or taken back."),
}
