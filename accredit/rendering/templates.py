"""Where the templates are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path


def template_root() -> Path:
    """Return the folder that holds ``layouts/``, ``certificate/`` and the rest.

    Raises `FileNotFoundError` when the installation lacks it.
    """
    package = Path(__file__).parent.parent
    for folder in (package / "templates", package.parent / "templates"):
        if folder.is_dir():
            return folder
    msg = f"no templates beside or inside {package}"
    raise FileNotFoundError(msg)
