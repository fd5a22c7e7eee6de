"""Own codes are answered while two hundred poisonous files are brought at once.

Real server processes on the loopback. Readers ask for pages of certificates at a steady rate, first in quiet; then two
hundred attackers, each with an address of their own, bring files made to occupy whoever reads them, and bring the next
one as soon as they are answered (a second later where they were asked to wait). What counts is the latency under which
99 of 100 readers are answered, beside that of the quiet seconds before.

The attackers run on this machine, too, and sending a hundred megabytes a second takes some of it. So there is a third
turn: they bring the same files to a bare server beside ours, which refuses them unread, and readers ask ours as ever.
What is slow then is the machine; only what the attack on ours adds to that is ours.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf
from PIL import Image

from accredit.bench import crowd, load, page
from accredit.bench.harness import machine
from accredit.bench.load import HOST, Answers, Question, Reader

ATTACKERS: Final = 200
RATE: Final = 20.0
# For 99 of 100 readers there must be some hundreds.
_LONG_ENOUGH: Final = 10.0
_PAUSE: Final = 1.0
_BASELINES: Final = ("quiet", "elsewhere")
_TURNS: Final = (*_BASELINES, "hostile")
_GREEN: Final = (b"verdict--genuine", b'"verdict": "GENUINE"')


def poison(*, rounds: int, seconds: float, sizes: Sequence[int]) -> dict[str, Any]:
    """Measure on a database of the least of ``sizes``, and return the one object of a bench."""
    load_before, seconds = os.getloadavg()[0], max(seconds, _LONG_ENOUGH)
    runs: list[dict[str, Any]] = []
    told: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="accredit-bench-") as scratch:
        played = Path(scratch) / "played"
        crowd.demonstration(played)
        service = crowd.crowded(played, Path(scratch) / "served", credentials=min(sizes), port=load.free_port())
        questions = [Question(f"/v/{code}", page.GENUINE) for code in service.codes[1:]]
        with page.served(service) as server, page.bare_server(service) as beside:
            load.so_many(server.port, questions, number=200)
            for number in range(1, rounds + 1):
                run = {"round": number, **_told("quiet", _asked(server.port, questions, seconds))}
                turns = [("elsewhere", beside.port), ("hostile", server.port)]
                for name, port in turns if number % 2 else reversed(turns):
                    attack = _Attack(port)
                    run |= _told(name, _asked(server.port, questions, seconds))
                    ended = attack.ended()
                    told += ended if name == "hostile" else Counter(elsewhere=ended.total())
                    time.sleep(_PAUSE)
                runs.append(run)
    return _answer(runs, told, load_before)


def poisons() -> dict[str, bytes]:
    """Return files that occupy whoever reads them, none over a megabyte."""
    return {
        "a JPEG of 100 million pixels in many passes": _jpeg(),
        "a PNG of 25 million pixels": _png(),
        "a PDF whose page has a million lines": _pdf(b"0 0 m 500 700 l S 1 1 m 300 9 l S\n" * 500_000),
        "a PDF with an attachment of a gigabyte": _pdf(b"", zlib.compress(bytes(1_000_000_000), 9)),
        "a drawing of 200,000 elements in each other": b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 200_000,
        "a document of 6,000 nodes that are all alike": _document(),
    }


class _Attack:
    """A process of its own, so that its two hundred threads take no turns from the readers'."""

    def __init__(self, port: int) -> None:
        command = [sys.executable, "-m", "accredit.bench.poison", str(port)]
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            command,
            env=crowd.without_settings(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def ended(self) -> Counter[str]:
        """End it, and return how often each status was answered, and ``green`` where a verdict was."""
        out, _ = self._process.communicate()
        return Counter(json.loads(out))


def attack(port: int) -> None:
    """Be the attackers until standard input ends; then print what they were answered."""
    files, told, lock, over = list(poisons().values()), Counter[str](), threading.Lock(), threading.Event()

    def bring(number: int) -> None:
        chance = random.Random(number)  # noqa: S311  # a choice of files, not a secret
        while not over.is_set():
            status = _brought(port, chance.choice(files), reader=chance.randrange(1 << 24))
            with lock:
                told[status] += 1
            if status != "200":
                over.wait(_PAUSE)

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(ATTACKERS)]
    print("begun", flush=True)  # for the process that started this one
    for thread in threads:
        thread.start()
    sys.stdin.buffer.read()
    over.set()
    for thread in threads:
        thread.join()
    print(json.dumps(told))


def _brought(port: int, data: bytes, *, reader: int) -> str:
    address = f"11.{reader >> 16 & 255}.{reader >> 8 & 255}.{reader & 255}"
    head = (
        f"POST /api/verify HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {address}\r\nConnection: close\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    connection = Reader(port)
    try:
        answer = connection.ask(head.encode() + data)
    except OSError:
        return "hung up"
    finally:
        connection.close()
    return "green" if any(mark in answer for mark in _GREEN) else answer[9:12].decode("ascii", "replace")


def _asked(port: int, questions: Sequence[Question], seconds: float) -> Answers:
    return load.at_a_rate(port, questions, rate=RATE, seconds=seconds)


def _told(name: str, answers: Answers) -> dict[str, Any]:
    return {
        f"{name}_p50_ms": round(1000 * answers.at_percentile(50), 2),
        f"{name}_p99_ms": round(1000 * answers.at_percentile(99), 2),
        f"{name}_errors": answers.errors,
    }


def _answer(runs: list[dict[str, Any]], told: Counter[str], load_before: float) -> dict[str, Any]:
    p99 = {name: statistics.median(run[f"{name}_p99_ms"] for run in runs) for name in _TURNS}
    errors = sum(run[f"{name}_errors"] for run in runs for name in _TURNS) + told["green"]
    return {
        "bench": "poison",
        "unit": "milliseconds under which 99 of 100 readers of own codes are answered",
        "about": __doc__,
        "ours": {"p99_ms": p99["hostile"], "errors": errors},
        "baselines": {name: {"p99_ms": p99[name]} for name in _BASELINES},
        "ratio": {name: float(f"{p99['hostile'] / p99[name]:.4g}") for name in _BASELINES},
        "beside": dict.fromkeys(_BASELINES, "ours"),
        "missing": {},
        "facts": {
            "attackers": ATTACKERS,
            "own_codes_per_s": RATE,
            **{f"attackers_answered_{status.replace(' ', '_')}": number for status, number in sorted(told.items())},
            **{f"bytes_of_{name.replace(' ', '_')}": len(data) for name, data in poisons().items()},
        },
        "runs": runs,
        "machine": machine() | {"load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)},
    }


def _jpeg() -> bytes:
    out = BytesIO()
    Image.new("L", (10_000, 10_000), 128).save(out, "JPEG", progressive=True, quality=10)
    return out.getvalue()


def _png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (5_000, 5_000), "white").save(out, "PNG")
    return out.getvalue()


def _pdf(drawing: bytes, packed: bytes | None = None) -> bytes:
    document, out = pikepdf.new(), BytesIO()
    document.add_blank_page()
    document.pages[0].Contents = pikepdf.Stream(document, drawing)
    if packed is not None:
        stream = pikepdf.Stream(document, packed)
        stream["/Filter"] = pikepdf.Name.FlateDecode
        spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, UF="credential.json")
        spec.EF = pikepdf.Dictionary(F=document.make_indirect(stream))
        document.Root.AF = pikepdf.Array([document.make_indirect(spec)])
    document.save(out, compress_streams=True, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def _document() -> bytes:
    alike = {"type": "IdentityObject", "hashed": False, "identityHash": "a", "identityType": "name"}
    return json.dumps(
        {
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ],
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": "https://elsewhere.test/i", "type": ["Profile"]},
            "credentialSubject": {"type": ["AchievementSubject"], "identifier": [alike] * 6_000},
        }
    ).encode()


if __name__ == "__main__":
    attack(int(sys.argv[1]))
