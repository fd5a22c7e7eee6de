"""Every route says whom it is for, and is for nobody else."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue

from accredit.domain.audit.rules import ActorKind
from accredit.domain.organisations.rules import Permission
from accredit.errors import Forbidden
from accredit.web import access
from accredit.web.access import Access, Audience, check_every_route_declares, declare, declared_access
from accredit.web.viewer import ANONYMOUS, Viewer, ViewerKind
from tests.unit.web.gallery_app import CO_ORDINATOR, YOUNG_PERSON, make_gallery

OPERATOR = Viewer(kind=ViewerKind.OPERATOR, account_id=UUID(int=9))
SUPERVISOR = Viewer(kind=ViewerKind.STAFF, permissions=frozenset({Permission.APPROVE_HOURS}))
# A young person who somehow carries a permission must still not pass as staff.
CLEVER = Viewer(kind=ViewerKind.YOUNG_PERSON, permissions=frozenset(Permission))
APPROVERS = Access(Audience.PERMISSION, frozenset({Permission.APPROVE_HOURS, Permission.AWARD}))


@pytest.mark.parametrize(
    ("whom", "viewer", "admitted"),
    [
        pytest.param(access.PUBLIC, ANONYMOUS, True, id="anybody opens a public page"),
        pytest.param(access.SIGNED_IN, ANONYMOUS, False, id="a stranger opens no page for the signed-in"),
        pytest.param(access.SIGNED_IN, YOUNG_PERSON, True, id="a young person is signed in"),
        pytest.param(access.SIGNED_IN, CO_ORDINATOR, True, id="a co-ordinator is signed in"),
        pytest.param(APPROVERS, SUPERVISOR, True, id="one of several permissions is enough"),
        pytest.param(APPROVERS, ANONYMOUS, False, id="a stranger approves nothing"),
        pytest.param(APPROVERS, CLEVER, False, id="a young person is not staff whatever they carry"),
        pytest.param(APPROVERS, OPERATOR, False, id="an operator has no school's permissions"),
        pytest.param(access.YOUNG_PERSON, CO_ORDINATOR, False, id="staff do not open a young person's own page"),
        pytest.param(access.YOUNG_PERSON, YOUNG_PERSON, True, id="a young person opens their own page"),
        pytest.param(access.OPERATOR, CO_ORDINATOR, False, id="a co-ordinator is no operator"),
        pytest.param(access.OPERATOR, OPERATOR, True, id="an operator opens the operator's page"),
    ],
)
def test_who_is_admitted(whom: Access, viewer: Viewer, admitted: bool) -> None:
    assert whom.admits(viewer) is admitted


def test_a_stranger_is_asked_to_sign_in_and_comes_back() -> None:
    answer = make_gallery().test_client().get("/staff?page=2")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/staff?page%3D2"


def test_a_stranger_at_a_young_persons_page_is_asked_for_their_code() -> None:
    assert make_gallery().test_client().get("/young").location == "/claim?next=/young"


def test_the_wrong_reader_is_refused() -> None:
    assert make_gallery(YOUNG_PERSON).test_client().get("/staff").status_code == 403
    assert make_gallery(CO_ORDINATOR).test_client().get("/young").status_code == 403


def test_a_form_sent_after_signing_out_is_not_silently_lost() -> None:
    app = make_gallery()
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/save", "save", access.signed_in(lambda: "saved"), methods=["POST"])
    assert app.test_client().post("/save").status_code == 401


def test_two_declarations_are_refused() -> None:
    @access.public
    def view() -> ResponseReturnValue:
        return ""

    with pytest.raises(TypeError, match="twice"):
        access.signed_in(view)


def test_a_permission_must_be_named() -> None:
    with pytest.raises(TypeError):
        access.requires()


def test_an_app_with_a_silent_view_does_not_start() -> None:
    app = Flask(__name__)
    app.add_url_rule("/spoken", "spoken", access.public(lambda: ""))
    check_every_route_declares(app)
    app.add_url_rule("/silent", "silent", lambda: "")
    assert declared_access(app) == {"spoken": access.PUBLIC, "silent": None}
    with pytest.raises(RuntimeError, match="silent"):
        check_every_route_declares(app)
    declare(app, "silent", access.OPERATOR)
    check_every_route_declares(app)


def test_the_gallery_declares_every_view() -> None:
    check_every_route_declares(make_gallery())


def test_everybody_who_writes_has_an_actor() -> None:
    assert CO_ORDINATOR.actor().id == CO_ORDINATOR.staff_id
    assert YOUNG_PERSON.actor().kind == ActorKind.YOUNG_PERSON
    assert OPERATOR.actor().id == OPERATOR.account_id
    with pytest.raises(Forbidden):
        ANONYMOUS.actor()
