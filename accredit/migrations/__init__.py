"""Schema changes (Alembic), and the list of every module that holds tables."""

from importlib import import_module

PACKAGES = (
    "audit",
    "notifications",
    "transparency",
    "issuing",
    "organisations",
    "people",
    "programmes",
    "enrolments",
    "training",
    "practice",
    "awarding",
    "credentials",
)


def import_models() -> None:
    """Import every table, so that the metadata is whole."""
    for package in PACKAGES:
        import_module(f"accredit.domain.{package}.models")
