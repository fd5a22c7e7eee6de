"""Settings, frozen, from ``ACCREDIT_*`` in the environment.

Unknown or missing names stop the start with one clear sentence. Secrets have no default. Every name is documented in
``docs/configuration.md`` and a test compares the two.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from accredit.errors import NotReady

PREFIX = "ACCREDIT_"
# What a did:web may name (RFC 1035 labels, at least two): `accredit.kit.vc.did_web` refuses everything else.
_ISSUER_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?::[0-9]{1,5})?"
)
_AMOUNT = re.compile(r"([0-9]{1,6})(MB|GB)|([0-9]{1,2})%")
_BYTES = {"MB": 10**6, "GB": 10**9}


class Settings(BaseSettings):
    """What an operator may set; each field is ``ACCREDIT_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    base_url: str
    """Where this service is reached, for ever: written into the database at first start."""
    secret_key: SecretStr
    """Signs cookies and form tokens; at least 32 characters."""
    pepper: SecretStr
    """Keys the hashes of UPNs, claim-slip codes and typed names; at least 32 characters, never changed."""
    database_url: str = "sqlite:///var/accredit.sqlite"
    keys_dir: Path = Path("var/keys")
    key_passphrase: SecretStr | None = None
    """Opens the private keys. Given to ``accredit work`` only."""
    lock_store: Path | None = None
    """Remembers the latest signed checkpoint outside the database; unless set, a file in the folder of keys."""
    witnesses: str | None = None
    """Who cosigns checkpoints: a JSON list of ``{"vkey", "url"}``, or the path of a file that holds one."""
    jwt_algorithm: Literal["ES256", "RS256"] = "ES256"
    """What a new key for the JWT form of credentials signs by; keys that exist keep their kind."""
    credentials_per_day: Annotated[int, Field(ge=1)] = 5_000
    """The worker signs no more than these within 24 hours, and says so: more is a mistake or a thief."""
    low_water: str = "500MB"
    """Issuing pauses while a disk it writes to has less room: a size (``500MB``, ``2GB``) or a share of it (``5%``)."""
    tombstones: Path = Path("var/erased.jsonl")
    """The list of erased records (ids only), kept apart from the database and its backups."""
    issuer_host: str | None = None
    """Host in issuer identifiers (did:web); the host of ``base_url`` unless set (the demonstration sets it)."""
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    """How many proxies of ours stand in front; each is believed about the address that reached it, and nothing else."""
    listen_host: str = "127.0.0.1"
    listen_port: Annotated[int, Field(ge=1, le=65535)] = 8080
    web_processes: Annotated[int, Field(ge=1, le=64)] = 2
    mail: Literal["console", "smtp"] = "console"
    mail_from: str = "accredit@localhost"
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = False
    fetch: Literal["off", "on"] = "off"
    """Whether keys and status lists of issuers elsewhere may be looked up at their own addresses."""
    school_sign_in: Literal["off", "on"] = "off"
    """Whether staff may sign in at their school's own service, which this one then contacts."""
    second_step: Literal["by-organisation", "everybody"] = "by-organisation"
    """Whether each organisation says if its staff need a second step to sign in, or everybody here does."""
    fetch_proxy: str | None = None
    """The only host that look-ups contact, as ``http://host:port``; it must refuse what is inside."""
    registry: Path | None = None
    """A signed register of issuers elsewhere, which the worker takes into force when it changes."""
    registry_keys: Annotated[tuple[str, ...], NoDecode] = ()
    """Verifier keys of whoever may sign such a register."""
    full_name_from: Literal[16, 18] = 16
    """From which age a young person may let more be seen behind the code on paper than their initials."""
    demonstration: bool = False
    """Marks every page, badge and certificate DEMONSTRATION; only a database made by ``accredit demo`` accepts it."""
    welsh_approved: bool = False
    """Shows the Welsh switch, once a Welsh speaker has approved the catalogue."""

    @field_validator("base_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            msg = "must be an address like https://accredit.example.org, without a path"
            raise ValueError(msg)
        if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
            msg = "must start with https:// (plain http is for this machine only)"
            raise ValueError(msg)
        return value.rstrip("/")

    @field_validator("secret_key", "pepper")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            msg = "must have at least 32 characters; make one with: openssl rand -hex 32"
            raise ValueError(msg)
        return value

    @field_validator("low_water")
    @classmethod
    def _amount(cls, value: str) -> str:
        if _AMOUNT.fullmatch(value) is None:
            msg = "must be a size such as 500MB or 2GB, or a share of the disk such as 5%"
            raise ValueError(msg)
        return value

    @field_validator("fetch_proxy")
    @classmethod
    def _plain_proxy(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://none:1")
        if parts.scheme != "http" or not parts.hostname or not parts.port or parts.path.strip("/") or parts.username:
            msg = "must be like http://proxy.example:3128"
            raise ValueError(msg)
        return value

    @field_validator("trusted_hosts", "registry_keys", mode="before")
    @classmethod
    def _comma_list(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        here = {"localhost", "127.0.0.1", "::1"}
        if self.smtp_password is not None and not self.smtp_starttls and self.smtp_host not in here:
            msg = "ACCREDIT_SMTP_PASSWORD would travel unencrypted; set ACCREDIT_SMTP_STARTTLS=true"
            raise ValueError(msg)
        return self

    @property
    def host(self) -> str:
        """The host (and port) that people type, for example ``accredit.example.org``."""
        return urlsplit(self.base_url).netloc

    @property
    def did_host(self) -> str:
        """The host in ``did:web`` identifiers."""
        return self.issuer_host or self.host

    @property
    def own_hosts(self) -> frozenset[str]:
        """Every host, in small letters, under which an address of this service may be written."""
        return frozenset(host.lower() for host in (self.host, self.did_host, *self.trusted_hosts))

    @property
    def lock_store_path(self) -> Path:
        """Where the latest signed checkpoint is kept."""
        return self.lock_store or self.keys_dir / "last-signed.sqlite"

    def room_needed(self, total: int) -> int:
        """Return how many bytes must be free of a disk of ``total`` bytes, so that issuing goes on."""
        if self.low_water.endswith("%"):
            return total * int(self.low_water.removesuffix("%")) // 100
        return int(self.low_water[:-2]) * _BYTES[self.low_water[-2:]]

    @property
    def is_https(self) -> bool:
        """Whether people reach the service over TLS."""
        return self.base_url.startswith("https://")


def load_settings() -> Settings:
    """Read the environment.

    Raises `NotReady` naming every unknown, missing or wrong setting at once, and what to do.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known | TEST_ONLY)
    problems = [f"{name} is not a setting (see docs/configuration.md)" for name in unknown]
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            name = PREFIX + str(fault["loc"][0]).upper()
            message = "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
            problems.append(f"{name} {message}")
        settings = None
    if settings is not None and _ISSUER_HOST.fullmatch(settings.did_host) is None:
        # Everything else would work for weeks, and then no certificate could be signed.
        problems.append(
            f"{PREFIX}ISSUER_HOST must be the full name that certificates are to carry, such as accredit.example.org, "
            f"because nothing can be signed in the name of {settings.did_host}"
        )
    if problems or settings is None:
        raise NotReady("settings", "The settings are not right: " + "; ".join(problems) + ".")
    return settings


def key_passphrase() -> str:
    """Return the passphrase alone, for a process that is not this service and has none of its settings (a witness)."""
    return os.environ.get(f"{PREFIX}KEY_PASSPHRASE", "")


# Read by the fault hooks and by the tests themselves, never by a running service's rules.
TEST_ONLY = frozenset({"ACCREDIT_FAULT", "ACCREDIT_SHARED"})
