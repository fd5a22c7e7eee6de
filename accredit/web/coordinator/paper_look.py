"""How the school's paper looks: logos and a signature brought, looked at, used, taken away again.

A file is opened in a child that can do nothing else, and its pixels alone are kept (`sandbox.pictures`). Nobody but the
school's own administrators is shown a picture by itself; everybody else sees it printed.
"""

from __future__ import annotations

from contextlib import closing

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from accredit.clock import utc_now
from accredit.domain.credentials.rules import Totals
from accredit.domain.organisations import paper, queries
from accredit.domain.organisations.rules import Permission, PicturePlace
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.rendering.of_credential import preview_of
from accredit.sandbox.pictures import MOST_BYTES
from accredit.storage import identity
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import PictureForm
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.settings import current_settings

_PLACES = "/organisation/paper/<any({}):place>".format(", ".join(f"'{each.value}'" for each in PicturePlace))
_TITLES = {
    PicturePlace.LOGO: _l("The school’s logo"),
    PicturePlace.PARTNER: _l("A second logo"),
    PicturePlace.SIGNATURE: _l("A signature"),
}
# What is typed nowhere else: enough to fill a certificate that shows how it will look.
_NAME_SHOWN = "Sam Specimen"
_TOTALS_SHOWN = Totals(
    modules=7,
    training_minutes=840,
    minutes=1_500,
    earlier_minutes=0,
    meetings=6,
    entries=25,
    adults=2,
    first_on=None,
    last_on=None,
)


@bp.get("/organisation/paper")
@requires(Permission.MANAGE_ORGANISATION)
def paper_look() -> ResponseReturnValue:
    """Show what stands around the words of a certificate, and what waits to be looked at."""
    return _page({})


@bp.post(_PLACES)
@requires(Permission.MANAGE_ORGANISATION)
def bring_picture(place: str) -> ResponseReturnValue:
    """Take a picture to be looked at; nothing is printed with it before somebody says so."""
    where = PicturePlace(place)
    form = _form(where)
    if form.validate_on_submit():
        try:
            with closing(form.file.data) as upload:
                # One byte more than is allowed is enough to know that it is too much.
                drawn = paper.read_picture(upload.read(MOST_BYTES + 1), where)
            with transaction() as db:
                paper.propose_picture(
                    db,
                    organisation_id=own_organisation(),
                    place=where,
                    picture=drawn,
                    words=form.words.data if "words" in form else None,
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            if refusal.rule == "signature-without-name":
                return _page({}, problem=(where, sentence(refusal)))
            tell(form.words if refusal.rule == "picture-words" else form.file, refusal)
        else:
            return see_other("coordinator.paper_look", flash=_("Here it is. Nothing is printed with it yet."))
    return _page({where: form})


@bp.post(f"{_PLACES}/use")
@requires(Permission.MANAGE_ORGANISATION)
def use_picture(place: str) -> ResponseReturnValue:
    """Print with the picture that was looked at from now on."""
    where = PicturePlace(place)
    if where is PicturePlace.SIGNATURE and "agreed" not in request.form:
        return _page({}, problem=(where, sentence(RuleBroken("signature-not-agreed"))))
    try:
        with transaction() as db:
            paper.use_picture(
                db,
                organisation_id=own_organisation(),
                place=where,
                expected_digest=request.form.get("digest", ""),
                actor=own_actor(),
                now=utc_now(),
            )
    except (RuleBroken, Conflict) as refusal:
        return _page({}, problem=(where, sentence(refusal)))
    return see_other("coordinator.paper_look", flash=_("It is printed on certificates from now on."))


@bp.post(f"{_PLACES}/remove/<any('used','waiting'):which>")
@requires(Permission.MANAGE_ORGANISATION)
def remove_picture(place: str, which: str) -> ResponseReturnValue:
    """Take a picture away; it is not kept."""
    with transaction() as db:
        paper.remove_picture(
            db,
            organisation_id=own_organisation(),
            place=PicturePlace(place),
            is_used=which == "used",
            actor=own_actor(),
            now=utc_now(),
        )
    return see_other("coordinator.paper_look", flash=_("Taken away. It is not kept."))


@bp.get(f"{_PLACES}/<any('used','waiting'):which>.png")
@requires(Permission.MANAGE_ORGANISATION)
def own_picture(place: str, which: str) -> ResponseReturnValue:
    """Answer with a picture by itself, for the page on which it is looked at."""
    with reading() as db:
        found = paper.pictures(db, own_organisation(), is_used=which == "used").get(PicturePlace(place))
    if found is None:
        raise NotFound("picture")
    answer = Response(found.png, content_type="image/png")
    answer.headers.set("Content-Disposition", "inline", filename=f"{place}.png")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.get("/organisation/paper/certificate.pdf")
@requires(Permission.MANAGE_ORGANISATION)
def paper_preview() -> ResponseReturnValue:
    """Answer with a made-up certificate as it looks, or would look with the pictures that wait."""
    with reading() as db:
        school = queries.organisation(db, own_organisation())
        look = paper.look(db, own_organisation(), as_proposed=request.args.get("with") == "waiting")
        service = identity.read(db)
    made = preview_of(
        organisation=school.name,
        name=_NAME_SHOWN,
        award=_("Peer Supporter"),
        level="peer",
        totals=_TOTALS_SHOWN,
        skills=(_("Listening"), _("Speaking"), _("Teamwork")),
        signatory_name=_("Who decides on the award"),
        signatory_role=_("Co-ordinator"),
        awarded_on=today(),
        tariff_line=False,
        base_url=current_settings().base_url,
        demonstration=service is not None and service.demonstration,
        look=look,
    )
    answer = Response(made, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename="how-our-paper-looks.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _form(place: PicturePlace) -> PictureForm:
    # Three of them are on one page, and each has ids of its own.
    form = PictureForm(prefix=f"{place.value}-")
    if place is not PicturePlace.PARTNER:
        del form.words
    return form


def _page(
    forms: dict[PicturePlace, PictureForm], *, problem: tuple[PicturePlace, str] | None = None
) -> ResponseReturnValue:
    with reading() as db:
        facts = queries.organisation(db, own_organisation())
        used = paper.pictures(db, own_organisation(), is_used=True)
        waiting = paper.pictures(db, own_organisation(), is_used=False)
    shown = {place: forms.get(place) or _form(place) for place in PicturePlace}
    refused = next((form for form in forms.values() if form.errors), None)
    return page(
        "coordinator/paper_look.html",
        status=422 if refused or problem else 200,
        facts=facts,
        used=used,
        waiting=waiting,
        forms=shown,
        refused=refused,
        problem=problem,
        titles=_TITLES,
        places=PicturePlace,
    )
