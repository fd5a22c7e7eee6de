"""Text that somebody typed never runs, in any field of any page: with the browser's own wall down, and with it alone.

First wall: every free text in the database is made of scripts, past all rules of entry, and every page is loaded in a
browser that ignores our Content-Security-Policy. Second wall: the same scripts are put raw into pages, as if the first
had fallen, and the policy stops them. Pages come from the application itself, without a server between.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route
from sqlmodel import SQLModel
from werkzeug.test import TestResponse

from tests.house import access_matrix
from tests.house.access_matrix import OPENS, Row, Stage
from tests.web import BASE_URL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

FIRE = "fired.push(document.title)"
PAYLOADS = [
    f"<script>{FIRE}</script>",
    f"<img src=x onerror={FIRE}>",
    f"<svg onload={FIRE}>",
    f'"><script>{FIRE}</script>',
    f"'><img src=x onerror={FIRE}>",
    f'" autofocus onfocus="{FIRE}" x="',
    f"' onmouseover='{FIRE}' x='",
    f"</title><script>{FIRE}</script>",
    f"</script><script>{FIRE}</script>",
    f"</option></select><img src=x onerror={FIRE}>",
    f"</table><img src=x onerror={FIRE}>",
    f"<body onload={FIRE}>",
    f"<details open ontoggle={FIRE}><summary>x</summary></details>",
    f"<input autofocus onfocus={FIRE}>",
    f"<video><source onerror={FIRE}></video>",
    f"<audio src=x onerror={FIRE}></audio>",
    f'<iframe srcdoc="<script>parent.{FIRE}</script>"></iframe>',
    f'<iframe src="javascript:parent.{FIRE}"></iframe>',
    f'<object data="javascript:{FIRE}"></object>',
    f'<embed src="javascript:{FIRE}">',
    f'<a href="javascript:{FIRE}" class="pressed">x</a>',
    f'<form action="javascript:{FIRE}"><button class="pressed">x</button></form>',
    f"<math><mtext><table><mglyph><style><img src=x onerror={FIRE}></style></mglyph></table></mtext></math>",
    f"<svg><style><img src=x onerror={FIRE}></style></svg>",
    f"<svg><animate onbegin={FIRE} attributeName=x dur=1s></svg>",
    f"<marquee onstart={FIRE}>x</marquee>",
    f"<scr<script>ipt>{FIRE}</scr</script>ipt>",
    f"＜script＞{FIRE}＜/script＞",
    "{{7*7}}{{constructor.constructor('" + FIRE + "')()}}${" + FIRE + "}",
    f"[x](javascript:{FIRE}) ![x](x onerror={FIRE}) <javascript:{FIRE}>",
    f"</textarea><img src=x onerror={FIRE}>",
    f"--><img src=x onerror={FIRE}><!--",
]
ALL = " ".join(PAYLOADS)
FREE_TEXTS = {
    "organisation": ("name", "town", "contact", "talk_to", "own_line", "head_name", "head_title"),
    "joining_request": ("name", "town", "contact", "person", "job_title", "email"),
    "staff": ("name", "job_title"),
    "young_person": ("printed_name", "known_as", "year_group", "form", "name_said", "school_reference"),
    "programme": ("name",),
    "training_session": ("title",),
    "account": ("email",),
    "hours_entry": ("reference",),
    "signing_key": ("fragment",),
}
DEFINITIONS = {"programme_version": "definition", "programme_draft": "definition", "achievement": "document"}
PROSE = {"title", "name", "text", "about", "summary", "description", "narrative", "sentence", "prompt", "words"}
WATCH = "window.fired = []; for (const each of ['alert', 'print']) window[each] = () => fired.push(each)"
WHO = ("stranger", "the young person", "supervisor", "co-ordinator", "administrator", "operator")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with access_matrix.staged() as ready:
        poison(ready)
        yield ready


def poison(stage: Stage) -> None:
    """Write the scripts into every free text, past all rules of entry and every guard."""
    tables = SQLModel.metadata.tables
    with stage.world.database.engine.begin() as connection:
        for (trigger,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for name, columns in FREE_TEXTS.items():
            table = tables[name]
            for column in columns:
                # What must be unique stays so, and who signs in stays who they are.
                own = sa.cast(table.c[column], sa.Text)
                connection.execute(sa.update(table).values({column: own + ALL}))
        for name, column in DEFINITIONS.items():
            table = tables[name]
            if column in table.c:
                for key, written in connection.execute(sa.select(table.c.id, table.c[column])).all():
                    connection.execute(sa.update(table).where(table.c.id == key).values({column: spoilt(written)}))


def spoilt(value: Any) -> Any:
    """Return a document whose every text for people is made of scripts."""
    if isinstance(value, dict):
        return {
            key: f"{each}{ALL}" if key in PROSE and isinstance(each, str) else spoilt(each)
            for key, each in value.items()
        }
    return [spoilt(each) for each in value] if isinstance(value, list) else value


def followed(stage: Stage, who: str, path: str) -> TestResponse:
    """Return the answer at the end of our own ways on; a browser would ask nobody but a real host for the next one."""
    with stage.on_the_day():
        found = stage.ask(who, "GET", path)
        for _ in range(3):
            if found.status_code not in range(300, 400) or not (found.location or "").startswith("/"):
                break
            found = stage.ask(who, "GET", str(found.location))
    return found


@contextmanager
def opened(chromium: Browser, stage: Stage, who: str, *, wall: bool, raw: bool = False) -> Iterator[Page]:
    """Open a window in which our addresses are answered by the application, to somebody who is signed in."""
    context = chromium.new_context(bypass_csp=not wall)
    context.add_init_script(WATCH)
    context.set_default_timeout(120_000)

    def answer(route: Route) -> None:
        address = route.request.url
        if not address.startswith(BASE_URL):
            route.abort()
            return
        found = followed(stage, who, address.removeprefix(BASE_URL) or "/")
        body = found.get_data()
        if raw and found.mimetype == "text/html":
            body = body.replace(b"</main>", ALL.encode() + b"</main>", 1)
        headers = {name: value for name, value in found.headers if name.lower() not in {"content-length", "set-cookie"}}
        route.fulfill(status=found.status_code, headers=headers, body=body)

    context.route("**/*", answer)
    try:
        yield context.new_page()
    finally:
        context.close()


def pages(stage: Stage, who: str) -> Iterator[Row]:
    """Yield the pages that somebody may open and nobody before them in the list did."""
    before = WHO[: WHO.index(who)]
    written = access_matrix.written()
    for row in stage.rows:
        cells = written.get(row.table, {}).get(row.name, {})
        if row.method == "GET" and cells.get(who) == OPENS and not any(cells.get(each) == OPENS for each in before):
            yield row


def fired(tab: Page) -> list[str]:
    """Press whatever of ours could run when it is pressed, and return what ran."""
    tab.evaluate("document.querySelectorAll('.pressed, [href^=\"javascript:\" i]').forEach(each => each.click())")
    found: list[str] = tab.evaluate("fired")
    return found


LEFT_OVER = """() => [...document.querySelectorAll('*')].flatMap(each => [...each.attributes]
  .filter(a => a.name.startsWith('on') || a.name === 'srcdoc'
    || (/^(href|src|action|formaction|data|xlink:href)$/.test(a.name) && /^\\s*javascript:/i.test(a.value)))
  .map(a => `${each.tagName} ${a.name}`))"""


@pytest.mark.attack("WI01", "WI02", "WI06")
@pytest.mark.parametrize("who", WHO)
def test_nothing_that_was_typed_runs_without_the_browsers_wall(chromium: Browser, stage: Stage, who: str) -> None:
    faults, looked_at = [], 0
    with opened(chromium, stage, who, wall=False) as tab:
        for row in pages(stage, who):
            with stage.on_the_day():
                path = stage.world.path(row.rule)
                found = stage.ask(who, "GET", path)
            if (
                found.mimetype != "text/html"
                or found.status_code in range(300, 400)
                or "attachment" in str(found.headers)
            ):
                continue
            tab.goto(BASE_URL + path, wait_until="load")
            looked_at += 1
            ran, left = fired(tab), tab.evaluate(LEFT_OVER)
            text = tab.evaluate("document.body ? document.body.innerText : ''")
            faults += [f"{row.rule}: {ran} {left}"] if ran or left or "49{{constructor" in text else []
    assert faults == []
    assert looked_at > 3


def test_the_scripts_were_on_the_pages(stage: Stage) -> None:
    """Otherwise the test above would pass on pages that hold nothing of them."""
    shown = 0
    with stage.on_the_day():
        for row in pages(stage, "co-ordinator"):
            answer = stage.ask("co-ordinator", "GET", stage.world.path(row.rule))
            shown += answer.mimetype == "text/html" and "fired.push" in answer.text
            if shown > 20:
                break
    assert shown > 20


ONE_OF_EACH = [("stranger", "/"), ("stranger", "/verify"), ("the young person", "/my"), ("co-ordinator", "/school/")]


@pytest.mark.attack("WI01", "WI05")
@pytest.mark.parametrize(("who", "path"), ONE_OF_EACH)
def test_the_browsers_wall_alone_holds(chromium: Browser, stage: Stage, who: str, path: str) -> None:
    with opened(chromium, stage, who, wall=False, raw=True) as tab:
        tab.goto(BASE_URL + path, wait_until="load")
        # Without either wall they do run: the scripts are real.
        assert len(fired(tab)) >= 10
    with opened(chromium, stage, who, wall=True, raw=True) as tab:
        tab.goto(BASE_URL + path, wait_until="load")
        assert fired(tab) == []


@pytest.mark.attack("WI04")
@pytest.mark.parametrize("path", ["/verify", "/v/7K3MD9RTWX4HQP", "/", "/start", "/sign-in"])
@pytest.mark.parametrize("place", ["#{}", "?code={}", "?next={}&text={}", "?lang={}#{}"])
def test_nothing_in_an_address_runs(chromium: Browser, stage: Stage, path: str, place: str) -> None:
    with opened(chromium, stage, "stranger", wall=False) as tab:
        for payload in (PAYLOADS[0], PAYLOADS[1], PAYLOADS[3], f"javascript:{FIRE}"):
            tab.goto(BASE_URL + path + place.replace("{}", payload.replace("#", "%23")), wait_until="load")
            assert fired(tab) == []
            assert tab.evaluate(LEFT_OVER) == []
