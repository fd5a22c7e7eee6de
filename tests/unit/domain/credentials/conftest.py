"""The story of one award, on both databases and on SQLite alone."""

from __future__ import annotations

from tests.unit.domain.verification.conftest import issued, quick_story, story

__all__ = ["issued", "quick_story", "story"]
