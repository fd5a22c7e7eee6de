"""Which name strangers see behind the code on my certificates: mine to widen when I am old enough, and to narrow."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.credentials import code_names
from accredit.domain.credentials.sharing_rules import NameShown
from accredit.domain.people import queries as people
from accredit.domain.people.names import initials
from accredit.errors import RuleBroken
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.forms import Form, RadioInput, SelectChoice
from accredit.web.learner import bp, share_words, words
from accredit.web.learner.me import own_id
from accredit.web.pages import page, see_other
from accredit.web.settings import current_settings
from accredit.web.viewer import current_viewer


class CodeNameForm(Form):
    """The three names there are to choose from."""

    name = RadioField(
        _("Which name do they see?"), [InputRequired(_("Choose which name they see"))], widget=RadioInput()
    )


@bp.route("/my/name-behind-the-code", methods=["GET", "POST"])
@young_person
def code_name() -> ResponseReturnValue:
    """Say what strangers see behind the code, and let those who are old enough choose."""
    from_age = current_settings().full_name_from
    with reading() as db:
        me = people.young_person(db, own_id())
        shown = code_names.shown_of(db, own_id())
        may_widen = code_names.may_widen(db, own_id(), from_age=from_age, now=utc_now())
    form = CodeNameForm(data={"name": shown.value})
    examples = {
        NameShown.INITIALS: initials(me.printed_name),
        NameShown.KNOWN_AS: me.known_as,
        NameShown.FULL: me.printed_name,
    }
    offered = [each for each in share_words.NAMES if may_widen or each in {NameShown.INITIALS, shown}]
    form.name.choices = [SelectChoice(each.value, f"{share_words.NAMES[each]}: {examples[each]}") for each in offered]
    # Whoever is too young has nothing to choose, and is told from when.
    has_choice = may_widen or shown is not NameShown.INITIALS
    if has_choice and form.validate_on_submit():
        return _choose(NameShown(form.name.data))
    return page(
        "learner/code_name.html",
        status=422 if has_choice and form.errors else 200,
        form=form if has_choice else None,
        from_age=from_age,
    )


def _choose(shown: NameShown) -> Response:
    from_age = current_settings().full_name_from
    try:
        with transaction() as db:
            code_names.choose(db, shown=shown, from_age=from_age, actor=current_viewer().actor(), now=utc_now())
    except RuleBroken as broken:
        return see_other("learner.code_name", flash=words.sentence(broken), flash_kind="careful")
    return see_other("learner.certificates", flash=gettext("Done. From now on they see that."))
