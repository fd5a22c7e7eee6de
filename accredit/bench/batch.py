"""A whole class set, from the decision to released credentials, and to the one file that is printed.

``ours``: a co-ordinator's decision on a thousand young people, and everything that follows until each has a credential
that anybody can verify: record read and hashed, document built, rehearsed, signed in both forms and verified, its leaf
in the log, checkpoint, release. ``pyld_service``: what a plain service built on PyLD does for one award: it reads the
finished document, signs it in both forms and keeps both in a table; nothing is rehearsed, verified, logged, published.
``pyld_service_checked``: the same, but that it verifies both signatures before it keeps them, as ours never fails to.
``weasyprint_each``: one WeasyPrint run for each certificate; beside it stands one file of a thousand.

What counts is CPU time of this process, with all its threads. Then, once, the rate at a tenth and at ten times as many.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pysqlite3.dbapi2 as sqlite
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlmodel import col

from accredit.bench import cohort, credentials, pyld_peer
from accredit.bench.harness import machine
from accredit.clock import local_date, utc_now
from accredit.domain.awarding import operations as awarding
from accredit.domain.issuing.models import Issuance
from accredit.keyring import Algorithm
from accredit.keyring.ring import throw_away_key
from accredit.kit import typed_code
from accredit.kit.vc import json_web_signature, vc_jwt
from accredit.rendering.certificate import CertificateValues, certificate_pdf
from accredit.rendering.certificates import certificates_pdf
from accredit.rendering.qr import qr_address

SIZES: Final = (100, 1_000, 10_000)
_SIGNED_BY_PYLD: Final = 10
_SERVICES: Final = {"pyld_service", "pyld_service_checked"}
_PRINTED_EACH: Final = 4
_WARM: Final = 10
_FIRST: Final = ("Ama", "Siân", "Oluwaṣeun", "Zoë", "Bartholomew", "Małgorzata", "Putri", "Niamh")
_LAST: Final = ("Sample", "O'Brien-Llŷr", "Featherstonehaugh-Example", "Przykładowska", "Prawf", "van 't Voorbeeld")


def batch(*, rounds: int, seconds: float, sizes: Sequence[int] = SIZES) -> dict[str, Any]:  # noqa: ARG001
    """Measure a batch of the middle size in rounds, then one of every size; return the one object of a bench."""
    load_before = os.getloadavg()[0]
    middle = sorted(sizes)[len(sizes) // 2]
    runs: list[dict[str, float]] = []
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="accredit-bench-") as scratch:
        school = cohort.school(Path(scratch) / "played", ready=_WARM + middle * rounds + sum(sizes))
        waiting = iter(school.ready)
        wrong += _issued(school, waiting, _WARM)[1]
        services = _services(school, Path(scratch))
        papers = [_paper(number) for number in range(middle)]
        certificates_pdf(papers[:2], title="warm")
        for number in range(rounds):
            rate, missed = _issued(school, waiting, middle)
            run = {"round": float(number + 1), "ours": rate}
            run["certificates"] = _rate(middle, lambda: certificates_pdf(papers, title="Certificates"))
            run["weasyprint_each"] = _rate(_PRINTED_EACH, lambda: [certificate_pdf(each) for each in papers[:4]])
            for key, service in services.items():
                run[key] = _rate(_SIGNED_BY_PYLD, service)
            runs.append(run)
            wrong += missed
        at = {size: _issued(school, waiting, size) for size in sorted(sizes)}
        school.database.close()
    wrong += sum(missed for _, missed in at.values())
    return _answer(runs, {size: rate for size, (rate, _) in at.items()}, wrong, load_before)


def _issued(school: cohort.School, waiting: Iterator[UUID], number: int) -> tuple[float, int]:
    """Award so many and issue them; return the rate, and how many have no released credential."""
    enrolments = [next(waiting) for _ in range(number)]
    now = utc_now()
    begun = time.process_time()
    with school.database.transaction(school.actor.organisation_id) as db:
        awarding.award_cohort(
            db,
            programme_id=school.programme_id,
            level_code=cohort.LEVEL,
            awarded_on=local_date(now),
            enrolment_ids=enrolments,
            actor=school.actor,
            now=now,
        )
    released = school.issuer.issue_waiting().released
    return number / (time.process_time() - begun), number - released


def _services(school: cohort.School, folder: Path) -> dict[str, Callable[[], None]]:
    """Return what signs ten documents of ours as plain services would, by name; nothing at all without PyLD."""
    peers = pyld_peer.load()
    if not peers:
        return {}
    with school.database.reading() as db:
        wanted = sa.select(col(Issuance.signed_document)).where(col(Issuance.signed_document).is_not(None))
        found = db.execute(wanted.limit(_SIGNED_BY_PYLD)).scalars().all()
    bodies = [
        json.dumps({name: value for name, value in json.loads(each).items() if name != "proof"}) for each in found
    ]
    public, sign = throw_away_key(Algorithm.ES256)
    for_proofs = Ed25519PublicKey.from_public_bytes(credentials.key().public_key.raw)
    table = sqlite.connect(str(folder / "service.sqlite"))
    table.execute("CREATE TABLE signed (id TEXT PRIMARY KEY, document TEXT, token TEXT)")

    def serve(*, is_checked: bool) -> None:
        for body in bodies:
            document = json.loads(body)
            signed = peers[0].issue(document)
            token = vc_jwt.encode(document, kid="did:web:accredit.example#key", alg="ES256", sign=sign)
            if is_checked:
                if not peers[0].verify(signed, for_proofs):
                    raise ValueError("PyLD refuses what it signed")
                json_web_signature.verify(json_web_signature.read(token), public)
            table.execute("INSERT INTO signed VALUES (?, ?, ?)", (secrets.token_hex(8), json.dumps(signed), token))
            table.commit()

    services: dict[str, Callable[[], None]] = {
        "pyld_service": partial(serve, is_checked=False),
        "pyld_service_checked": partial(serve, is_checked=True),
    }
    for each in services.values():
        each()
    return services


def _paper(number: int) -> CertificateValues:
    code = typed_code.show(typed_code.make(secrets.randbelow))
    return CertificateValues(
        organisation="Northfield School",
        name=f"{_FIRST[number % len(_FIRST)]} {_LAST[number // len(_FIRST) % len(_LAST)]}",
        award="Peer Supporter",
        sentence=f"Trained in 7 modules (6 hours). Gave {10 + number % 31} hours of supervised peer support between "
        f"October 2025 and June 2026, and met with supervising adults {3 + number % 6} times. Approved by 3 adults.",
        skills=("Listening", "Empathy", "Negotiation", "Keeping confidences"),
        signatory_name="Ms T. Exemplar",
        signatory_role="Wellbeing lead",
        awarded_on="2 July 2026",
        code=code,
        verify_host="accredit.example",
        qr_text=qr_address("https://accredit.example", code),
        level="peer",
        tariff_line="This award does not carry UCAS Tariff points.",
        demonstration=False,
        language="en",
        credential_json=b'{"validFrom":"2026-07-02T10:00:00Z"}',
    )


def _rate(pieces: int, work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return pieces / (time.process_time() - begun)


def _answer(runs: Sequence[dict[str, float]], at: dict[int, float], wrong: int, load_before: float) -> dict[str, Any]:
    beside = {"pyld_service": "ours", "pyld_service_checked": "ours", "weasyprint_each": "certificates"}
    there = {key: own for key, own in beside.items() if all(key in run for run in runs)}
    median = {key: statistics.median(run[key] for run in runs) for key in runs[0] if key != "round"}
    least, most = min(at.values()), max(at.values())
    return {
        "bench": "batch",
        "unit": "awards per CPU second, from the decision to the released credential",
        "about": (__doc__ or "").partition("\n\n")[2].replace("\n", " ").strip(),
        "ours": {
            "per_cpu_s": median["ours"],
            "errors": wrong,
            "certificates_per_cpu_s": median["certificates"],
        },
        "baselines": {key: {"per_cpu_s": median[key]} for key in there},
        "ratio": {
            key: float(f"{statistics.median(run[own] / run[key] for run in runs):.4g}") for key, own in there.items()
        },
        "beside": there,
        "missing": {} if there.keys() >= _SERVICES else dict.fromkeys(sorted(_SERVICES), pyld_peer.MISSING),
        "facts": {f"rate_at_{size}": round(rate, 1) for size, rate in at.items()}
        | {"slowest_of_fastest_percent": round(100 * least / most)},
        "runs": [{name: round(value, 3) for name, value in run.items()} for run in runs],
        "machine": machine() | {"load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)},
    }
