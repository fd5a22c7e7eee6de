"""The two words that are kept of a device, as its owner would recognise it."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from accredit.domain.people.sign_ins import Browser, Device, System

BROWSERS: dict[Browser, str | LazyString] = {
    Browser.CHROME: "Chrome",
    Browser.EDGE: "Edge",
    Browser.FIREFOX: "Firefox",
    Browser.SAFARI: "Safari",
    Browser.OTHER: _l("another browser"),
}
SYSTEMS: dict[System, str | LazyString] = {
    System.ANDROID: "Android",
    System.CHROMEBOOK: "Chromebook",
    System.IPAD: "iPad",
    System.IPHONE: "iPhone",
    System.LINUX: "Linux",
    System.MAC: "Mac",
    System.WINDOWS: "Windows",
    System.OTHER: _l("another device"),
}


def device_in_words(device: Device) -> str:
    """Return what is known of a device, as its owner would recognise it."""
    said: str = _("%(browser)s on %(system)s", browser=BROWSERS[device.browser], system=SYSTEMS[device.system])
    return said
