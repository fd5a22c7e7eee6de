"""The sign-in library (Flask-Security) on our accounts: hashing, sign-in cookie, ending every sign-in of an account.

Its views, forms, mails and tokens are not used: its e-mail link signs in on GET. Ours are beside this module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Flask, request
from flask_security import RoleMixin, Security, UserMixin
from flask_security.datastore import UserDatastore

from accredit.clock import utc_now
from accredit.domain.people import queries, signing_in
from accredit.domain.people.models import Account
from accredit.web.database import reading, transaction

SETTINGS = {
    "SECURITY_PASSWORD_HASH": "argon2",
    # Argon2 alone, as the command line writes it too: a second keyed hash would tie passwords to a setting.
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_DATETIME_FACTORY": utc_now,
    "SECURITY_CLI_USERS_NAME": False,
    "SECURITY_CLI_ROLES_NAME": False,
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_API_ENABLED_METHODS": ["session"],
}


@dataclass
class SignInAccount(UserMixin):
    """One account as the library wants it: a copy of the row, never attached to a database handle."""

    id: UUID  # type: ignore[assignment]  # the library expects a number, and never reads it
    email: str
    password: str | None
    active: bool
    fs_uniquifier: str = ""
    roles: list[RoleMixin] = field(default_factory=list)


class AccountDatastore(UserDatastore):
    """Finds accounts for the library, and keeps a password hash that it has made stronger."""

    def __init__(self) -> None:
        """Name the one model there is; our roles are held in an organisation and between dates."""
        super().__init__(SignInAccount, RoleMixin)

    def find_user(self, case_insensitive: bool = False, **wanted: object) -> SignInAccount | None:
        """Return the account with this key."""
        # A file is the same for everybody; the library asks with every request.
        if request.endpoint == "static":
            return None
        with reading(everywhere=True) as db:
            return for_library(queries.account_by_key(db, str(wanted["fs_uniquifier"])))

    def put(self, model: SignInAccount) -> SignInAccount:
        """Keep a password hash that was made anew with today's cost."""
        if model.password is not None:
            with transaction(everywhere=True) as db:
                signing_in.strengthen_password(db, account_id=model.id, password=model.password)
        return model

    def commit(self) -> None:
        """Do nothing: `put` has its own transaction."""


def for_library(row: Account | None) -> SignInAccount | None:
    """Return a row of ours as the library wants it."""
    if row is None:
        return None
    return SignInAccount(
        id=row.id, email=row.email, password=row.password, active=row.active, fs_uniquifier=row.fs_uniquifier
    )


def install_accounts(app: Flask) -> None:
    """Set the library up without any page of its own."""
    app.config.update(SETTINGS)
    security = Security(app, AccountDatastore(), register_blueprint=False)
    # No token in a header or an address ever signs anybody in.
    security.login_manager.request_loader(None)
