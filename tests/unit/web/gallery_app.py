"""An app that shows every layout and component once: the tests' subject, and a place to look at them.

`python -m tests.unit.web.gallery_app` serves it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

from flask import Flask, Response, flash
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import BooleanField, PasswordField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from accredit.domain.organisations.rules import Permission
from accredit.web.access import public, requires, young_person
from accredit.web.forms import (
    CharacterCount,
    CheckboxesInput,
    CheckboxInput,
    DateField,
    Form,
    PasswordInput,
    RadioInput,
    SelectChoice,
    TextInput,
)
from accredit.web.foundation import Foundation, install
from accredit.web.navigation import NavigationItem, add_navigation
from accredit.web.pages import page
from accredit.web.viewer import Viewer, ViewerKind

SCHOOL = UUID(int=1)
CO_ORDINATOR = Viewer(
    kind=ViewerKind.STAFF,
    organisation_id=SCHOOL,
    organisation_name="Example Valley School",
    staff_id=UUID(int=2),
    permissions=frozenset(Permission),
    display_name="Ms T. Exemplar",
    role="co-ordinator",
)
YOUNG_PERSON = Viewer(
    kind=ViewerKind.YOUNG_PERSON, organisation_id=SCHOOL, young_person_id=UUID(int=3), display_name="Siân"
)
VERDICTS = {
    "genuine": ("Genuine", "This award is real and still holds. Checked just now, 22 November 2026, 14:03."),
    "not-genuine": ("Not genuine", "This is not what the school signed. Do not rely on it."),
    "careful": ("Be careful", "It is intact, and we do not know the school that stands behind it."),
    "ended": ("No longer current", "It was genuine when it was issued. It is on hold since 3 May 2026."),
}
CHECKS = [
    SimpleNamespace(outcome="passed", text="Signed by the school, nothing changed since", detail=None),
    SimpleNamespace(outcome="failed", text="Not withdrawn", detail="The list of 14:02 says that it is."),
    SimpleNamespace(outcome="could_not_tell", text="Entered in the public log", detail=None),
]


class Everything(Form):
    """One field of each kind."""

    name = StringField("Name as it is to be printed", [InputRequired("Enter a name")], widget=TextInput())
    day = DateField("Date of the session", [InputRequired("Enter the date of the session")])
    activity = RadioField(
        "What was it?",
        [InputRequired("Choose what it was")],
        choices=[SelectChoice("drop-in", "Drop-in"), SelectChoice("buddy", "Buddying")],
        widget=RadioInput(),
    )
    modules = SelectMultipleField(
        "Modules",
        [InputRequired("Choose a module")],
        choices=[SelectChoice("1", "Listening well")],
        widget=CheckboxesInput(),
    )
    checked = BooleanField("The school's own checks were done", [InputRequired("Tick the box")], widget=CheckboxInput())
    password = PasswordField("Password", widget=PasswordInput())
    words = TextAreaField("A few words", [Length(max=200, message="Use 200 letters or fewer")], widget=CharacterCount())


def make_gallery(viewer: Viewer | None = None, *, demonstration: bool = False, welsh_approved: bool = False) -> Flask:
    """Return the app with ``viewer`` before every page."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="only for tests, and long enough", TESTING=True)
    seen = viewer or Viewer()
    install(
        app,
        Foundation(load_viewer=lambda: seen, demonstration=demonstration, welsh_approved=welsh_approved, https=False),
    )
    own = FileSystemLoader(Path(__file__).parent / "gallery")
    assert app.jinja_loader is not None
    app.jinja_loader = ChoiceLoader([own, app.jinja_loader])
    add_navigation(
        app,
        NavigationItem(
            key="people", text="Young people", endpoint="staff", permission=Permission.MANAGE_PEOPLE, order=2
        ),
        NavigationItem(key="hours", text="Hours", endpoint="public_page", permission=Permission.APPROVE_HOURS, order=3),
        NavigationItem(key="home", text="This week", endpoint="staff_form", order=1),
    )
    _add_pages(app)
    return app


def _add_pages(app: Flask) -> None:
    @app.get("/")
    @public
    def public_page() -> Response:
        return page("public.html", verdicts={"genuine": VERDICTS["genuine"]}, checks=CHECKS[:1], day=date(2026, 7, 2))

    @app.get("/verdict/<kind>")
    @public
    def one_verdict(kind: str) -> Response:
        return page("public.html", verdicts={kind: VERDICTS[kind]}, checks=CHECKS, day=date(2026, 7, 2))

    @app.get("/young", endpoint="learner.home")
    @young_person
    def young() -> Response:
        return page("young.html")

    @app.get("/talk", endpoint="learner.talk")
    @public
    def talk() -> Response:
        return page("young.html")

    @app.get("/staff")
    @requires(Permission.MANAGE_PEOPLE)
    def staff() -> Response:
        flash("27 young people added.", "success")
        flash("Two rows need a look.", "careful")
        return page("staff.html", moment=datetime(2026, 7, 2, 13, 3, tzinfo=UTC))

    @app.route("/form", methods=["GET", "POST"])
    @public
    def staff_form() -> ResponseReturnValue:
        form = Everything()
        return page("form.html", form=form, status=200 if form.validate_on_submit() or not form.is_submitted() else 422)

    @app.route("/young-form", methods=["GET", "POST"])
    @public
    def young_form() -> ResponseReturnValue:
        form = Everything()
        form.validate_on_submit()
        return page("young_form.html", form=form, status=422 if form.errors else 200)

    @app.post("/out", endpoint="auth.sign_out")
    @public
    def out() -> ResponseReturnValue:
        return "", 204

    @app.get("/sign-in", endpoint="auth.sign_in")
    @public
    def sign_in() -> Response:
        return page("auth.html")

    @app.get("/claim", endpoint="auth.claim")
    @public
    def claim() -> Response:
        return page("auth.html")


if __name__ == "__main__":
    import os

    who = {"staff": CO_ORDINATOR, "young": YOUNG_PERSON}.get(os.environ.get("VIEWER", ""))
    make_gallery(who, demonstration="DEMONSTRATION" in os.environ).run(port=int(os.environ.get("PORT", "8765")))
