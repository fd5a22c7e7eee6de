"""Addresses that strangers use, and that stand on paper: losing one needs a redirect, adding one a line here."""

from __future__ import annotations

PUBLIC_ADDRESSES = frozenset(
    {
        "/",
        "/.well-known/did.json",
        "/V/<code>",
        "/accessibility",
        "/accredit-trust.json",
        "/accredit-verify.html",
        "/achievements/<achievement_id>",
        "/api/openapi.json",
        "/api/verify",
        "/api/verify/<code>",
        "/credentials/<uuid:credential_id>",
        '/credentials/<uuid:credential_id>.<any(pdf, png, svg, json, jwt, "tlog-proof", evidence):kind>',
        "/healthz",
        "/language",
        "/ledger/checkpoint",
        "/ledger/tile/<path:tile_path>",
        "/o/<slug>",
        "/o/<slug>/did.json",
        "/privacy",
        "/readyz",
        "/robots.txt",
        "/sign-in",
        "/sign-in/code",
        "/sign-out",
        "/start",
        "/status/<list_id>",
        "/status/<list_id>-lists.json",
        "/status/<list_id>-suspension",
        "/talk",
        "/v/<code>",
        "/v/<code>/note",
        "/v/<code>/note/<stamp>/<reference>",
        "/vc-api/credentials/verify",
        "/vc-api/presentations/verify",
        "/verify",
    }
)
