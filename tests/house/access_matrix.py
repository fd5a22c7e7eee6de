"""Who gets what at every address: each route × each role × one's own school and another, played against the real app.

The tables in `tests/house/access` are the decision; a person reads them. `test_access_matrix` plays every cell again
and compares. A new route needs its lines there:

    python -m tests.house.access_matrix        # plays what is new, writes tests/house/access/*.toml and docs/access.md
    python -m tests.house.access_matrix --all  # plays everything again

Then read what was added (``git diff tests/house/access``): is each cell what you meant?

Every address is filled with the ids of Ama's school, and every form answers every page at once with them. Each cell
starts from the same moment: what a request wrote is taken back before the next one.
"""

from __future__ import annotations

import re
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import sqlmodel
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from accredit.domain.audit.rules import SERVICE
from accredit.domain.clients import operations as clients
from accredit.domain.clients.rules import Scope, Wish
from accredit.domain.organisations.rules import Role
from accredit.migrations import import_models
from accredit.storage import Database, Session, promises
from accredit.web.access import Access, Audience, declared_access
from tests import factories
from tests.cast import Cast, Player, make_cast
from tests.factories import HOST, NOW
from tests.house.test_routes import World, everything, watched_writes
from tests.populated import let_share, let_train, populate
from tests.web import BASE_URL, compose, make_settings, prepare, sign_in

ROOT: Final = Path(__file__).resolve().parents[2]
TABLES: Final = ROOT / "tests/house/access"
DOCUMENT: Final = ROOT / "docs/access.md"
COOKIE: Final = "__Host-accredit"
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
STAFF: Final = ("supervisor", "co-ordinator", "administrator")
HERE: Final = ("stranger", "the young person", "another young person", *STAFF, "operator", "program")
ELSEWHERE: Final = ("young person", *STAFF, "program")
OUTSIDE: Final = tuple(f"{role} of another school" for role in ELSEWHERE)
COLUMNS: Final = (*HERE, *OUTSIDE)
OPENS, SIGN_IN, REFUSED, NOTHING = "opens", "sign-in", "refused", "nothing"
"""A page opens or a form is read; they are asked to sign in; it is somebody else's page; there is nothing here."""
Cells = dict[str, str]


@dataclass(frozen=True)
class Row:
    """One method of one route: its table, its name there, and for whom it says it is."""

    rule: Rule
    method: str
    access: Access

    @property
    def table(self) -> str:
        """The audience whose package it lies in."""
        return str(self.rule.endpoint).partition(".")[0]

    @property
    def name(self) -> str:
        """Method and address, as the tables spell them."""
        return f"{self.method} {self.rule.rule}".replace('"', "'")

    @property
    def names_a_record(self) -> bool:
        """Whether the address names something that belongs to somebody; a day is everybody's."""
        named = self.rule.arguments - {"day"}
        return any(getattr(self.rule._converters[name], "items", None) is None for name in named)

    @property
    def whom(self) -> str:
        """Its declared audience in words."""
        named = " or ".join(sorted(each.value for each in (*self.access.permissions, *self.access.scopes)))
        said = named or self.access.audience.value
        return f"{said}, proved" if self.access.needs_proof(self.method) else said


def rows(app: Flask) -> list[Row]:
    """Return every method of every route, in the order of the tables."""
    declared = declared_access(app)
    found = [
        Row(rule, method, access)
        for rule in app.url_map.iter_rules()
        if (access := declared.get(rule.endpoint)) is not None
        for method in METHODS
        if method in (rule.methods or ())
    ]
    return sorted(found, key=lambda row: (row.table, row.rule.rule, METHODS.index(row.method)))


@dataclass(frozen=True)
class Answered:
    """What came of one request."""

    row: Row
    answer: TestResponse

    @property
    def cell(self) -> str:
        """Say it in one of the words of the tables."""
        status, location = self.answer.status_code, self.answer.location or ""
        if status == 401 or location.startswith(("/sign-in?next=", "/start?next=")):
            return SIGN_IN
        if status >= 500 and self.row.rule.rule != "/readyz":
            return str(status)
        return {403: REFUSED, 404: NOTHING}.get(status, OPENS)


@dataclass(frozen=True)
class Stage:
    """The populated app, everybody who comes, and the way back to the beginning."""

    world: World
    players: Mapping[str, Player | None]
    keys: Mapping[str, str]
    """Column → the key of a program."""
    _answers: dict[str, list[Answered]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[Row]:
        """Every method of every route."""
        return rows(self.world.app)

    @cached_property
    def _cookies(self) -> dict[str, str | None]:
        return {column: self._cookie(player) for column, player in self.players.items()}

    def _cookie(self, player: Player | None) -> str | None:
        if player is None:
            return None
        client: Any = self.world.app.test_client()
        sign_in(client, player, self.world.cast)
        kept = client.get_cookie(COOKIE, domain=HOST)
        assert kept is not None
        return str(kept.value)

    def play(self, column: str) -> dict[str, str]:
        """Return what one kind of reader gets at every address."""
        return {answered.row.name: answered.cell for answered in self.answers(column)}

    def answers(self, column: str) -> list[Answered]:
        """Return every answer that one kind of reader gets; each address is asked once, however many tests look."""
        if column not in self._answers:
            form = everything(self.world)
            with self.on_the_day(), self.taken_back() as again:
                found = []
                for row in self.rows:
                    path = self.world.path(row.rule)
                    sent: dict[str, Any] = {} if row.method == "GET" else {"data": form}
                    found.append(Answered(row, self.ask(column, row.method, path, **sent)))
                    again()
            self._answers[column] = found
        return self._answers[column]

    def ask(self, column: str, method: str, path: str, **sent: Any) -> TestResponse:
        """Send one request as one kind of reader, from a browser that nothing else has used."""
        app = self.world.app
        # Who tried often before must not decide what the next one gets.
        app.extensions.pop("accredit.limits", None)
        client = FlaskClient(app, app.response_class)
        if (cookie := self._cookies.get(column)) is not None:
            client.set_cookie(COOKIE, cookie, domain=HOST, secure=True)
        if (key := self.keys.get(column)) is not None:
            sent["headers"] = {"Authorization": f"Bearer {key}", "Idempotency-Key": "a-request-of-the-matrix"}
        return client.open(path, method=method, base_url=BASE_URL, buffered=True, **sent)

    def on_the_day(self) -> time_machine.travel:
        """Travel to the cast's today, for as long as something is asked."""
        return time_machine.travel(NOW, tick=False)

    @contextmanager
    def taken_back(self) -> Iterator[Callable[[], None]]:
        """Yield what puts the database back as it is now, if anything was written since."""
        database = self.world.database
        with closing(_driver(database).connect(":memory:")) as kept:
            with closing(database.engine.raw_connection()) as live:
                live.driver_connection.backup(kept)  # type: ignore[union-attr]  # SQLite's own connection
            with watched_writes(database) as written:

                def again() -> None:
                    if written:
                        written.clear()
                        with closing(database.engine.raw_connection()) as live:
                            kept.backup(live.driver_connection)

                yield again


def _driver(database: Database) -> Any:
    return database.engine.dialect.dbapi


@contextmanager
def staged() -> Iterator[Stage]:
    """Build two schools and their year in a file of its own, on the cast's today."""
    import_models()
    with tempfile.TemporaryDirectory(prefix="accredit-access-") as folder:
        database = Database(f"sqlite:///{folder}/accredit.sqlite")
        try:
            with time_machine.travel(NOW, tick=False):
                stage = _set(database, Path(folder))
            yield stage
        finally:
            database.close()


def _set(database: Database, folder: Path) -> Stage:
    sqlmodel.SQLModel.metadata.create_all(database.engine)
    promises.prepare(database)
    with database.transaction() as db:
        cast = make_cast(db)
        elsewhere = _of_another_school(db, cast)
    settings = make_settings()
    prepare(database, settings)
    world = World(compose(database, settings), cast, populate(database, cast, folder), database, {})
    let_share(database, cast, world.year)
    let_train(database, cast)
    people = (None, cast.ama, cast.cai, cast.sam, cast.nia, cast.lee, cast.operator, *elsewhere)
    columns = [column for column in COLUMNS if not column.startswith("program")]
    keys = {"program": _key(database, cast.nia), "program of another school": _key(database, cast.oz)}
    stage = Stage(world, dict(zip(columns, people, strict=True)), keys)
    assert stage._cookies  # Signed in now, before anything is taken back.
    return stage


def _key(database: Database, maker: Player) -> str:
    """Make a key for everything that a program may do."""
    organisation_id = maker.actor.organisation_id
    assert organisation_id is not None
    wish = Wish(label="A program", scopes=frozenset(Scope), last_day=NOW.date() + timedelta(days=30))
    with database.transaction(organisation_id) as db:
        return clients.make_key(db, organisation_id=organisation_id, wish=wish, actor=maker.actor, now=NOW)[1]


def _of_another_school(db: Session, cast: Cast) -> tuple[Player, ...]:
    def staff(name: str, role: Role) -> Player:
        school = cast.other_organisation_id
        email = f"{name.partition(' ')[0].lower()}@example.org"
        staff_id = factories.add_staff(db, school, name=name, job_title=None, email=email)
        given_by = cast.oz.actor if role is Role.SUPERVISOR else SERVICE
        factories.give_role(db, staff_id, role, actor=given_by)
        return Player(id=staff_id, name=name, actor=factories.staff_actor(staff_id, school, role))

    supervisor = staff("Una Specimen", Role.SUPERVISOR)
    return cast.olu, supervisor, cast.oz, staff("Ira Specimen", Role.ADMINISTRATOR)


def written() -> dict[str, dict[str, Cells]]:
    """Return the tables: audience → method and address → column → cell; ``for`` is a column too."""
    found: dict[str, dict[str, Cells]] = {}
    for file in sorted(TABLES.glob("*.toml")):
        found[file.stem] = {
            name: {"for": line["for"]} | dict(zip(COLUMNS, f"{line['here']} {line['elsewhere']}".split(), strict=True))
            for name, line in tomllib.loads(file.read_text("utf-8")).items()
        }
    return found


HEAD: Final = f"""\
# Who gets what here, played and written by `python -m tests.house.access_matrix`; read what it changes.
# here: {" · ".join(HERE)}
# elsewhere, with the ids of the school above: {" · ".join(ELSEWHERE)}
# opens: the page, or its form is read · sign-in: asked to · refused: for somebody else · nothing: as if not there
"""


def write(played: Mapping[str, Mapping[str, Cells]]) -> None:
    """Write the tables and the document."""
    TABLES.mkdir(exist_ok=True)
    for old in TABLES.glob("*.toml"):
        old.unlink()
    for table, lines in played.items():
        text = [HEAD]
        for name, cells in lines.items():
            here, elsewhere = (" ".join(cells[column] for column in part) for part in (HERE, OUTSIDE))
            said = {"for": cells["for"], "here": here, "elsewhere": elsewhere}
            line = ", ".join(f'{key} = "{value}"' for key, value in said.items())
            text.append(f'"{name}" = {{{line}}}')
        (TABLES / f"{table}.toml").write_text("\n".join(text) + "\n", "utf-8")
    DOCUMENT.write_text(document(written()), "utf-8")


def play(stage: Stage, listed: Mapping[str, Mapping[str, Cells]]) -> dict[str, dict[str, Cells]]:
    """Play every cell that is not listed yet, and keep of the others those that are still there."""
    found: defaultdict[str, dict[str, Cells]] = defaultdict(dict)
    unlisted = [row for row in stage.rows if listed.get(row.table, {}).get(row.name, {}).get("for") != row.whom]
    stage.__dict__["rows"], every = unlisted, stage.rows
    columns = {column: stage.play(column) for column in COLUMNS}
    for row in every:
        kept = listed.get(row.table, {}).get(row.name)
        is_new = row in unlisted or kept is None
        cells = {column: columns[column][row.name] for column in COLUMNS} if is_new else kept
        found[row.table][row.name] = {"for": row.whom} | dict(cells or {})
    return dict(found)


TITLES: Final = {
    "public": "For everybody",
    "api": "For programs that verify",
    "api_v1": "For a school's own programs",
    "auth": "Signing in",
    "learner": "A young person's own pages",
    "supervisor": "Supervisors",
    "coordinator": "The school's pages",
    "admin": "Those who run the service",
}
INTRODUCTION: Final = """\
# Who may do what

Every address of the service and what each kind of reader gets there. It is written by
`python -m tests.house.access_matrix`, which plays every cell against the real pages, and `make check` plays them again.
What a role may do is decided in one place, `permissions_of` in `accredit/domain/organisations/rules.py`; for whom a
page is stands at the page itself (`accredit/web/access.py`).

* **yes**: the page opens, or what is sent is read. What is sent must still be right, and the rules still hold.
* **sign in**: whoever is not signed in is asked to. What they send is not taken.
* **no**: they are told, kindly, that the page is for somebody else.
* **nothing**: the answer is the same as for an address that does not exist.
* *proved* in the second column: who does it must have shown within ten minutes that they are who signed in.

The last column is about people of another school who know an address of this one. *own* means that the same address
shows them their own school. A young person is the one whose record it is; what another young person of the same school
gets stands after the stroke where it differs.
"""
_NAMES: Final = re.compile(r'^"([^"]+)"', re.MULTILINE)
SHOWN: Final = {OPENS: "yes", SIGN_IN: "sign in", REFUSED: "no", NOTHING: "nothing"}
_HEADINGS: Final = ("address", "for", "stranger", "young person", *HERE[3:], "another school")


def document(tables: Mapping[str, Mapping[str, Cells]]) -> str:
    """Return the readable table."""
    parts = [INTRODUCTION]
    for table in sorted(
        tables, key=lambda name: (name not in TITLES, list(TITLES).index(name) if name in TITLES else 0)
    ):
        lines = [f"## {TITLES.get(table, table)}", "", f"| {' | '.join(_HEADINGS)} |", "|---" * len(_HEADINGS) + "|"]
        lines += [f"| {' | '.join(_shown(name, cells))} |" for name, cells in tables[table].items()]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _shown(name: str, cells: Cells) -> list[str]:
    method, _, address = name.partition(" ")
    stranger, mine, others, *staff = (SHOWN[cells[column]] for column in HERE)
    young = mine if mine == others else f"{mine} / {others}"
    return [f"{method} `{address}`", cells["for"], stranger, young, *staff, _elsewhere(cells)]


def _elsewhere(cells: Cells) -> str:
    # A program without a key is a stranger everywhere but at what is for programs.
    outside = {
        cells[column] for column in (OUTSIDE if "program" in cells["for"] or ":" in cells["for"] else OUTSIDE[:-1])
    }
    if OPENS in outside and cells["for"] != Audience.PUBLIC.value:
        return "own"
    return ", ".join(SHOWN[cell] for cell in SHOWN if cell in outside)


def main() -> int:
    """Play what is not written down, or with ``--all`` everything, and write it down."""
    listed = {} if "--all" in sys.argv else written()
    before = {name for file in TABLES.glob("*.toml") for name in _NAMES.findall(file.read_text("utf-8"))}
    with staged() as stage:
        played = play(stage, listed)
    write(played)
    after = {name for lines in played.values() for name in lines}
    for sign, names in (("+", after - before), ("-", before - after)):
        print(*(f"{sign} {name}" for name in sorted(names)), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
