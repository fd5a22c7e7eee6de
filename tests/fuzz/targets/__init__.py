"""The readers that strangers reach, by name."""

from __future__ import annotations

from tests.fuzz.target import Target

from . import json_text, jwt, mapper, png, rdfc, status_list, svg

TARGETS: dict[str, Target] = {
    each.name: each
    for each in (
        json_text.TARGET,
        png.TARGET,
        svg.TARGET,
        status_list.TARGET,
        jwt.TARGET,
        mapper.TARGET,
        rdfc.TARGET,
    )
}
