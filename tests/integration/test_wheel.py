"""The wheel alone, away from the checkout, plays the whole demonstration: templates, fonts and data are in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
NEEDED = (
    "accredit/templates/layouts/base.html",
    "accredit/web/static/public.css",
    "accredit/demo/data/hours-export.csv",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the checkout, as ``make wheel`` does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("accredit-*.whl"))


def test_the_wheel_holds_everything_a_user_needs_and_nothing_of_ours(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert set(NEEDED) <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", "assets/"))]


def test_the_installed_wheel_plays_the_demonstration(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    # The libraries of this environment without its link to the checkout: only the wheel can be imported.
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    for item in Path(sysconfig.get_path("purelib")).iterdir():
        if item.suffix != ".pth":
            (libraries / item.name).symlink_to(item)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ACCREDIT_", "PYTHON"))}
    environment["PYTHONPATH"] = f"{site}:{libraries}"
    command = [
        sys.executable,
        "-S",
        "-m",
        "accredit",
        "demo",
        "--once",
        "--port",
        str(free_port()),
        "--folder",
        "played",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "thirty signed credentials" in done.stdout
    assert (tmp_path / "played" / "certificate.pdf").read_bytes().startswith(b"%PDF")
    shutil.rmtree(tmp_path / "played")
