"""A young person's own phone, tablet or computer opens their page: with their face, finger or PIN, and no words typed.

1. `own_devices`: which devices do so. Every device counts as shared until its owner says otherwise, each time they
   come (`say_mine`); before that none is offered, and `begin_own_device` refuses.
2. `begin_own_device`, `add_own_device`: a script asks the device, an ordinary form carries its answer.
3. `begin_open`, `open_with_device`: the same on the page that asks for the words, which stay the way in for everybody.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Response, request, session
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.audit.rules import Actor
from accredit.domain.people import own_passkeys
from accredit.errors import RuleBroken
from accredit.web.access import public, young_person
from accredit.web.auth import bp, cookie
from accredit.web.auth.cookie import YoungSignIn
from accredit.web.auth.devices import device_here
from accredit.web.auth.passkeys import ANSWER, as_json, place
from accredit.web.auth.ways import go_on
from accredit.web.auth.young import BY_ADDRESS
from accredit.web.database import reading, transaction
from accredit.web.device_words import device_in_words
from accredit.web.limits import address, check_allowance, count_try
from accredit.web.messages import sentence
from accredit.web.pages import page, safe_next, see_other
from accredit.web.viewer import Viewer, ViewerKind, current_viewer

CHALLENGE = "own_passkey_challenge"


@bp.post("/start/passkey/begin")
@public
def begin_open() -> Response:
    """Draw a challenge for whoever comes."""
    now = utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    with transaction(everywhere=True) as db:
        challenge, options = own_passkeys.ask(db, place=place(), now=now)
    session[CHALLENGE] = str(challenge)
    return as_json(options)


@bp.post("/start/passkey")
@public
def open_with_device() -> Response:
    """Open the page that the device's key belongs to; of every other answer the same is said."""
    now, wanted = utc_now(), request.form.get("next")
    check_allowance(BY_ADDRESS, address(), now=now)
    challenge, card = session.pop(CHALLENGE, None), None
    if challenge is not None:
        answer = request.form.get(ANSWER, "")
        with transaction(everywhere=True) as db:
            card = own_passkeys.use(db, challenge_id=UUID(challenge), answer=answer, place=place(), now=now)
    if card is None:
        count_try(BY_ADDRESS, address())
        said = _("This device does not open a page. Type your five words.")
        return see_other("auth.claim", next=safe_next(wanted), flash=said, flash_kind="careful")
    who = YoungSignIn(young_person_id=card.young_person_id, card_id=card.id)
    cookie.remember_young_person(session, who, now=now)
    return go_on(Viewer(kind=ViewerKind.YOUNG_PERSON), wanted)


@bp.get("/my/devices")
@young_person
def own_devices() -> Response:
    """Show which devices open the reader's page, and offer this one where it is theirs alone."""
    with reading() as db:
        keys = own_passkeys.of_owner(db, _owner())
    return page(
        "auth/own_devices.html",
        keys=keys,
        is_added="added" in request.args,
        is_full=len(keys) >= own_passkeys.MOST_KEYS,
        came_lately=cookie.came_lately(session, now=utc_now()),
        is_own_device=cookie.is_own_device(session),
        in_words=device_in_words,
    )


@bp.post("/my/devices/mine")
@young_person
def say_mine() -> Response:
    """Note that nobody else uses this device."""
    cookie.say_own_device(session)
    return see_other("auth.own_devices", _anchor="add")


@bp.post("/my/devices/begin")
@young_person
def begin_own_device() -> Response:
    """Draw a challenge for a new key."""
    with transaction() as db:
        challenge, options = own_passkeys.ask_for_new(
            db,
            user_name=_("My page"),
            is_own_device=cookie.is_own_device(session),
            place=place(),
            actor=_owner(),
            now=utc_now(),
        )
    session[CHALLENGE] = str(challenge)
    return as_json(options)


@bp.post("/my/devices")
@young_person
def add_own_device() -> Response:
    """Keep the key that answers."""
    challenge, added = session.pop(CHALLENGE, None), False
    if challenge is not None:
        try:
            with transaction() as db:
                added = own_passkeys.add(
                    db,
                    challenge_id=UUID(challenge),
                    answer=request.form.get(ANSWER, ""),
                    device=device_here(),
                    place=place(),
                    actor=_owner(),
                    now=utc_now(),
                )
        except RuleBroken as broken:
            return see_other("auth.own_devices", flash=sentence(broken), flash_kind="careful")
    if added:
        return see_other("auth.own_devices", added="yes", flash=_("Done. From now on this device opens your page."))
    said = _("That did not work. Try once more, or go on with your words.")
    return see_other("auth.own_devices", flash=said, flash_kind="careful")


@bp.post("/my/devices/<uuid:passkey_id>/end")
@young_person
def end_own_device(passkey_id: UUID) -> Response:
    """Forget the key in a device."""
    with transaction() as db:
        own_passkeys.take_away(db, passkey_id=passkey_id, actor=_owner(), now=utc_now())
    return see_other("auth.own_devices", flash=_("Done. That device does not open your page any more."))


def _owner() -> Actor:
    """Return the reader as they act here: a way in for every other day weighs more than anything else they do."""
    return replace(current_viewer().actor(), is_fresh=cookie.came_lately(session, now=utc_now()))
