from __future__ import annotations

from tests.cast import Cast
from tests.web import ClientFor


def test_smoke(client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.nia).get("/nowhere").status_code == 404
    page = client_for(cast.ama).get("/nowhere")
    assert page.status_code == 404
