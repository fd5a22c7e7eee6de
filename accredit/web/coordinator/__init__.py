"""The co-ordinator's pages: people, programmes, training, awards, certificates; under ``/school``.

What supervisors do at a drop-in is `accredit.web.supervisor`'s; how an organisation comes to be is the operator's.
"""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_babel import lazy_gettext

from accredit.domain.organisations.rules import Permission
from accredit.web.findings import milestone_text, missing_texts, needed_text
from accredit.web.navigation import NavigationItem, add_navigation

bp = Blueprint("coordinator", __name__, url_prefix="/school")

NAVIGATION = (
    NavigationItem(
        key="home",
        text=lazy_gettext("Today"),
        endpoint="coordinator.home",
        permission=Permission.MANAGE_STAFF,
        order=10,
    ),
    NavigationItem(
        key="people",
        text=lazy_gettext("Young people"),
        endpoint="coordinator.people",
        permission=Permission.MANAGE_PEOPLE,
        order=20,
    ),
    NavigationItem(
        key="programmes",
        text=lazy_gettext("Programmes"),
        endpoint="coordinator.programmes",
        permission=Permission.SEE_PROGRESS,
        order=30,
    ),
    NavigationItem(
        key="training",
        text=lazy_gettext("Training"),
        endpoint="coordinator.training",
        permission=Permission.RECORD_TRAINING,
        order=40,
    ),
    NavigationItem(
        key="certificates",
        text=lazy_gettext("Certificates"),
        endpoint="coordinator.certificates",
        permission=Permission.SUSPEND,
        order=60,
    ),
    NavigationItem(
        key="staff",
        text=lazy_gettext("Staff"),
        endpoint="coordinator.staff",
        permission=Permission.MANAGE_STAFF,
        order=70,
    ),
)


def register(app: Flask) -> None:
    """Add the co-ordinator's pages and their links to ``app``."""
    _import_views()
    from accredit.web.coordinator import setting_up
    from accredit.web.coordinator.forms import year_group_text
    from accredit.web.remarks import choice_texts, place_text, remark_text

    app.register_blueprint(bp)
    add_navigation(app, *NAVIGATION)
    app.jinja_env.filters["year_group"] = year_group_text
    app.jinja_env.globals.update(
        setting_up=setting_up.standing,
        missing_texts=missing_texts,
        needed_text=needed_text,
        milestone_text=milestone_text,
        remark_text=remark_text,
        choice_texts=choice_texts,
        place_text=place_text,
    )
    # A sealed class list comes back in a field of a form; MAX_CONTENT_LENGTH still bounds the whole.
    app.config["MAX_FORM_MEMORY_SIZE"] = max(app.config["MAX_FORM_MEMORY_SIZE"] or 0, 3_000_000)


def _import_views() -> None:
    # Imported here: the views need the blueprint, and the blueprint is born above.
    from accredit.web.coordinator import (  # noqa: F401
        approval_links,
        audit_trail,
        awarding,
        calling_off,
        ceremony,
        certificate_status,
        certificates,
        class_list,
        corrections,
        earlier_hours,
        enrolments,
        facilitator_records,
        facilitators,
        glance,
        handing_over,
        hiding,
        holidays,
        home,
        hours_log,
        keys,
        late_hours,
        leaving,
        letter_home,
        looking,
        members,
        merging,
        new_year,
        organisation,
        paper_look,
        people,
        person,
        preview,
        printed_names,
        programme_drafts,
        programmes,
        progress,
        record_requests,
        setting_up,
        staff,
        trail,
        training,
        training_list,
        up_to_date,
    )
