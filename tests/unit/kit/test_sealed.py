"""Short secrets that are kept sealed."""

from __future__ import annotations

import pytest

from accredit.kit import sealed

KEY, PURPOSE, ROW = b"a key of the service", "second-step", b"row 1"


def test_what_was_sealed_opens_and_looks_different_every_time() -> None:
    first, second = (sealed.seal(b"a secret", key=KEY, purpose=PURPOSE, about=ROW) for _ in range(2))
    assert first != second
    assert b"a secret" not in first
    assert sealed.open_sealed(first, key=KEY, purpose=PURPOSE, about=ROW) == b"a secret"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"key": b"another service"}, id="with another key"),
        pytest.param({"purpose": "school-sign-in"}, id="for another purpose"),
        pytest.param({"about": b"row 2"}, id="in another row"),
    ],
)
def test_it_opens_nowhere_else(changed: dict[str, object]) -> None:
    kept = sealed.seal(b"a secret", key=KEY, purpose=PURPOSE, about=ROW)
    values: dict[str, object] = {"key": KEY, "purpose": PURPOSE, "about": ROW, **changed}
    with pytest.raises(sealed.SealBrokenError):
        sealed.open_sealed(kept, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_what_was_cut_short_or_changed_does_not_open(length: int) -> None:
    kept = sealed.seal(b"a secret", key=KEY, purpose=PURPOSE, about=ROW)
    for spoiled in (kept[:length], kept[:-1] + bytes([kept[-1] ^ 1])):
        with pytest.raises(sealed.SealBrokenError):
            sealed.open_sealed(spoiled, key=KEY, purpose=PURPOSE, about=ROW)
