"""A school's own sign-in service on loopback, for tests."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt

from tests.unit.fetching.strange_host import StrangeHost, answer


class Provider:
    """A school's service: its keys, what its next token says, and how it is signed."""

    def __init__(self, host: StrangeHost, issuer: str = "https://login.example.org") -> None:
        self.host, self.issuer = host, issuer
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.claims: dict[str, Any] = {}
        self.token: str | None = None
        self.codes: list[str] = []
        path = urlsplit(issuer).path
        self.told = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
        }
        host.pages[f"{path}/.well-known/openid-configuration"] = answer(self.told)
        host.pages[f"{path}/keys"] = answer({"keys": [self.key.as_dict(private=False)]})
        host.pages[f"{path}/token"] = self._exchange

    def _exchange(self, channel: ssl.SSLSocket) -> None:
        form = parse_qs(self.host.asked[-1].partition("\r\n\r\n")[2])
        if form["code"][0] in self.codes or form["client_secret"] != ["a secret"] or not form.get("code_verifier"):
            answer({"error": "invalid_grant"}, status="400 Bad Request")(channel)
            return
        self.codes.append(form["code"][0])
        answer(
            {
                "access_token": "x",
                "token_type": "Bearer",
                "id_token": self.signed() if self.token is None else self.token,
            }
        )(channel)

    def signed(self) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, self.claims, self.key)
