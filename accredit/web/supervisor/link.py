"""An adult without an account approves hours through a link and a code.

Following the link looks at nothing and changes nothing: mail scanners follow links too. The code opens it, once; from
then on a cookie of this browser does. Names are a first name and an initial, and nothing else about anybody.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request, session
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from accredit.clock import utc_now
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.standing import standing_of
from accredit.domain.people import queries as people
from accredit.domain.people.names import initials
from accredit.domain.practice import approval_links
from accredit.domain.practice.approval_links import LinkFacts
from accredit.domain.practice.queries import Notice, WaitingEntry
from accredit.domain.practice.rules import ReturnReason
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import public
from accredit.web.database import reading, transaction
from accredit.web.forms import Form, TextInput
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.messages import sentence, sentence_of
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper
from accredit.web.supervisor import bp
from accredit.web.supervisor.words import NOTICES, RETURN_REASONS, notice_text

OVER_DAY_LIMIT = "over-day-limit"
APPROVE, LATER = "approve", "later"
BROWSER = "approval_link"
# A whole school may come from one address; five wrong codes close a link anyway.
BY_ADDRESS = Allowance(name="approval-link-address", times=60, seconds=15 * 60)


class LinkCodeForm(Form):
    """The digits that the co-ordinator told."""

    code = StringField(
        _l("The code you were told"),
        [InputRequired(_l("Type the code you were told")), Length(max=40, message=_l("That is too long for a code"))],
        widget=TextInput(),
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry as the adult decides it: whose, what stands out, and what was chosen so far."""

    waiting: WaitingEntry
    name: str
    concern: str | None
    notices: tuple[str, ...]
    chosen: str
    may_confirm: bool
    is_confirmed: bool


@bp.get("/approve/<link_secret>")
@public
def follow_link(link_secret: str) -> Response:
    """Ask for the code; whether there is such a link is not looked up."""
    return page("supervisor/link_code.html", form=LinkCodeForm(), link_secret=link_secret)


@bp.post("/approve/<link_secret>")
@public
def open_link(link_secret: str) -> Response:
    """Open the link in this browser if the code is right."""
    form, now = LinkCodeForm(), utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    if not form.validate():
        return page("supervisor/link_code.html", status=422, form=form, link_secret=link_secret)
    browser_secret = secrets.token_urlsafe(32)
    with transaction(everywhere=True) as db:
        found = approval_links.open_link(
            db,
            link_secret=link_secret,
            code=form.code.data,
            browser_secret=browser_secret,
            pepper=current_pepper(),
            now=now,
        )
    if found is None:
        count_try(BY_ADDRESS, address())
        said = gettext("This code does not open the link. Look at it again, or ask the school for a new link.")
        form.code.errors = [said]
        return page("supervisor/link_code.html", status=422, form=form, link_secret=link_secret)
    # Whoever was signed in here before is not who approves now.
    session.clear()
    session[BROWSER] = browser_secret
    return see_other("supervisor.link_hours")


@bp.get("/approve")
@public
def link_hours() -> Response:
    """Show the hours that wait for the adult whose link is open in this browser."""
    link = _link()
    return _hours(link) if link else _over()


@bp.post("/approve")
@public
def decide_link_hours() -> Response:
    """Approve or send back what was chosen; with nothing left, or when the adult says so, the link is closed."""
    link = _link()
    if link is None:
        return _over()
    if "finish" in request.form:
        return _finished(link, gettext("Nothing more is needed from you."))
    try:
        chosen = _chosen()
        approve = [entry_id for entry_id, word in chosen.items() if word == APPROVE]
        send_back = {entry_id: ReturnReason(word) for entry_id, word in chosen.items() if word not in {APPROVE, LATER}}
        confirmed = {UUID(text) for text in request.form.getlist("confirm")}
    except ValueError:
        raise NotFound("hours-entry") from None
    if not (approve or send_back):
        return _hours(link, missing=gettext("Choose an answer for at least one of them"))
    with transaction(within=link.organisation_id) as db:
        done = approval_links.decide(
            db, link=link, approve=approve, send_back=send_back, confirm_over_day_limit=confirmed, now=utc_now()
        )
    news = _news(len(done.approved), len(send_back))
    if done.refused:
        return _hours(link, refused=done.refused, confirmed=confirmed, news=news)
    with reading(within=link.organisation_id) as db:
        left = approval_links.waiting_for(db, link, now=utc_now())
    thanks = gettext("Thank you.")
    return see_other("supervisor.link_hours", flash=news) if left else _finished(link, f"{news} {thanks}")


@bp.get("/approve/thanks")
@public
def link_thanks() -> Response:
    """Say that it is done."""
    return page("supervisor/link_thanks.html")


def _link() -> LinkFacts | None:
    if BROWSER not in session:
        return None
    with reading(everywhere=True) as db:
        found = approval_links.opened_in(db, browser_secret=session[BROWSER], pepper=current_pepper(), now=utc_now())
        # For an organisation that is suspended or has closed nobody acts, by no link either (WA12).
        return found if found and standing_of(db, found.organisation_id).somebody_acts else None


def _finished(link: LinkFacts, news: str) -> Response:
    with transaction(within=link.organisation_id) as db:
        approval_links.finish(db, link=link, now=utc_now())
    session.pop(BROWSER, None)
    return see_other("supervisor.link_thanks", flash=news)


def _over() -> Response:
    session.pop(BROWSER, None)
    return page("supervisor/link_over.html", status=404)


def _hours(
    link: LinkFacts,
    *,
    refused: Mapping[UUID, RuleBroken] | None = None,
    confirmed: Collection[UUID] = (),
    missing: str | None = None,
    news: str | None = None,
) -> Response:
    refused = refused or {}
    with reading(within=link.organisation_id) as db:
        found = approval_links.waiting_for(db, link, now=utc_now())
        adult = people.staff_member(db, link.staff_id)
        place = organisations.organisation(db, link.organisation_id)
    all_right = request.args.get("all") == APPROVE
    lines = [_line(each, refused, confirmed, all_right=all_right) for each in found]
    held = [line for line in lines if line.waiting.entry.id in refused]
    errors = [(f"{line.name}: {line.concern}", f"#entry-{line.waiting.entry.id}") for line in held]
    return page(
        "supervisor/link_hours.html",
        status=422 if refused or missing else 200,
        lines=lines,
        adult=adult.name,
        organisation=place.name,
        choices=[(APPROVE, gettext("Yes, this is right")), *RETURN_REASONS.items()],
        later=LATER,
        errors=[(missing, "#answers")] if missing else errors,
        news=news,
    )


def _line(
    waiting: WaitingEntry, refused: Mapping[UUID, RuleBroken], confirmed: Collection[UUID], *, all_right: bool
) -> Line:
    entry_id = waiting.entry.id
    broken = refused.get(entry_id)
    rule = broken.rule if broken else waiting.concern
    told = [notice_text(each, waiting.late) for each in waiting.notices if each is not Notice.A_LOT_LATELY]
    if Notice.A_LOT_LATELY in waiting.notices:
        # Without the figure: what they did with other adults is not this adult's to know.
        told.append(str(NOTICES[Notice.A_LOT_LATELY]))
    sent = request.form.get(f"entry-{entry_id}", LATER)
    return Line(
        waiting=waiting,
        name=short_name(waiting.known_as, waiting.printed_name),
        concern=sentence(broken) if broken else (sentence_of(rule) if rule else None),
        notices=tuple(told),
        chosen=APPROVE if all_right and rule is None else sent,
        may_confirm=rule == OVER_DAY_LIMIT,
        is_confirmed=entry_id in confirmed,
    )


def short_name(known_as: str, printed_name: str) -> str:
    """Return a first name and the initial of the last: ``Ama S.``; of a single name that name alone."""
    first = known_as.split(maxsplit=1)[0]
    words = printed_name.split()
    return f"{first} {initials(words[-1])}" if len(words) > 1 else first


def _chosen() -> dict[UUID, str]:
    marker = "entry-"
    return {UUID(name.removeprefix(marker)): word for name, word in request.form.items() if name.startswith(marker)}


def _news(approved: int, sent_back: int) -> str:
    told = []
    if approved:
        told.append(ngettext("%(num)d entry approved.", "%(num)d entries approved.", approved))
    if sent_back:
        told.append(ngettext("%(num)d entry sent back.", "%(num)d entries sent back.", sent_back))
    return " ".join(told)
