"""The device that somebody signs in with: two words of it, and the letter that tells its owner of another one.

What is kept of a device is in `accredit.domain.people.sign_ins`, and how it is said in `accredit.web.device_words`.
"""

from __future__ import annotations

from datetime import datetime

from flask import render_template, request
from flask_babel import gettext as _

from accredit.domain.notifications import operations as notifications
from accredit.domain.people import sign_ins
from accredit.domain.people.sign_ins import Device
from accredit.storage import Session
from accredit.web.device_words import device_in_words
from accredit.web.settings import current_settings


def device_here() -> Device:
    """Return the two words that are kept of this request's device."""
    return sign_ins.device_of(request.headers.get("User-Agent", ""))


def tell_of_another_device(db: Session, *, email: str, device: Device, now: datetime) -> None:
    """Tell whoever an account belongs to that somebody signed in with it elsewhere than before."""
    notifications.queue_mail(
        db,
        to_address=email,
        subject=_("Somebody signed in to accredit as you on another device"),
        text=render_template(
            "email/another_device.txt",
            device=device_in_words(device),
            at=now,
            account=current_settings().base_url + "/account",
        ),
        now=now,
    )
