"""``accredit demo``: play a school's whole year, sign thirty credentials, and serve them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from accredit.demo import stage
from accredit.demo.folder import Folder, open_folder, start_again
from accredit.errors import NotReady

HOST = "127.0.0.1"
PATIENCE_SECONDS = 180
STAFF = {
    "t.exemplar@example.org": "co-ordinator and supervisor",
    "o.specimen@example.org": "second co-ordinator, administrator",
    "operator@example.org": "runs the service; confirms organisations",
}


@click.command()
@click.option("--port", default=8080, show_default=True, help="where to listen on this machine")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("demo-data"), show_default=True)
@click.option("--once", is_flag=True, help="play and sign, print the table, and stop")
def demo(port: int, folder: Path, *, once: bool) -> None:
    """Play a year of peer support at an invented school, and serve it."""
    console = Console()
    _check_port(port)
    place = open_folder(folder)
    if not place.is_complete:
        place = start_again(place)
    os.environ.update(place.environment(host=HOST, port=port, with_keys=False))
    if not place.is_complete:
        place = stage.play(place, console)
    else:
        stage.reopen()
        console.print(f"Using the year already played in {place.path} (remove the folder to play it again).")
    children = [_start("work", place, port, with_keys=True), _start("serve", place, port, with_keys=False)]
    try:
        with _bar() as bar:
            _wait_for_all(place, bar, children)
            _wait_until_served(place, port, children)
        _tell(console, place, port)
        if not once:
            console.print("\nPress Ctrl-C to stop. Everything is kept in", str(place.path))
            _stand_by(children)
    finally:
        _stop(children)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise NotReady(
                "port-in-use", f"Port {port} is in use. Choose another: PORT={port + 1} make demo"
            ) from error


def _start(command: str, place: Folder, port: int, *, with_keys: bool) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
    environment |= place.environment(host=HOST, port=port, with_keys=with_keys)
    with (place.path / f"{command}.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # our own program, with no word of anybody else's
            [sys.executable, "-m", "accredit", command], env=environment, stdout=log, stderr=log, start_new_session=True
        )


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(40),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )


def _wait_for_all(place: Folder, bar: Progress, children: list[subprocess.Popen[bytes]]) -> None:
    task = bar.add_task("Signing", total=stage.EXPECTED)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (released := stage.released(place)) < stage.EXPECTED:
        bar.update(task, completed=released)
        _check_alive(children, place)
        if time.monotonic() > deadline:
            raise NotReady("demo-slow", f"Only {released} credentials were signed in time. See {place.path}/work.log")
        time.sleep(0.2)
    bar.update(task, completed=stage.EXPECTED)


def _wait_until_served(place: Folder, port: int, children: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        _check_alive(children, place)
        time.sleep(0.1)
    raise NotReady("demo-not-served", "The pages did not come up. See serve.log in the demonstration's folder.")


def _check_alive(children: list[subprocess.Popen[bytes]], place: Folder) -> None:
    for child in children:
        if child.poll() is not None:
            raise NotReady(
                "demo-child-stopped", f"Part of the demonstration stopped by itself. See the logs in {place.path}"
            )


def _tell(console: Console, place: Folder, port: int) -> None:
    base = f"http://{HOST}:{port}"
    lines = stage.lines(place)
    table = Table(title="DEMONSTRATION: thirty young people, thirty signed credentials. Everyone is invented.")
    for heading in ("Young person", "Award", "Address", "Sign-in words"):
        table.add_column(heading, no_wrap=heading in {"Address", "Sign-in words"})
    for line in lines:
        table.add_row(line.name, line.award, f"/v/{line.code}", line.words)
    console.print(table)
    console.print(f"Each address begins with {base}", soft_wrap=True)
    shown = _one_to_show(lines)
    certificate = stage.write_certificate(place, shown)
    console.print(f"One certificate: {certificate}", soft_wrap=True)
    console.print(f"The same table:  {stage.write_list(place, lines, base)}", soft_wrap=True)
    console.print(f"Check it as a stranger would: {base}/v/{shown.code}", soft_wrap=True)
    settings = place.write_settings(host=HOST, port=port)
    console.print(f"On the command line:  . {settings}; {_ourselves()} verify {certificate}", soft_wrap=True)
    console.print(f"\nStaff sign in at {base}/sign-in with the password: {place.recall('password')}", soft_wrap=True)
    for email, role in STAFF.items():
        console.print(f"  {email:<24} {role}")
    console.print(f"Young people sign in at {base}/my with the code in the last column.", soft_wrap=True)


def _one_to_show(lines: list[stage.Line]) -> stage.Line:
    """Return a line whose name shows that names print as they are written."""
    return next((line for line in lines if not line.name.isascii()), lines[0])


def _ourselves() -> str:
    """Return how this very program can be called again."""
    beside = Path(sys.executable).with_name("accredit")
    return str(beside) if beside.exists() else f"{sys.executable} -m accredit"


def _stand_by(children: list[subprocess.Popen[bytes]]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    raise NotReady("demo-child-stopped", "Part of the demonstration stopped by itself; its log is in the folder.")


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
