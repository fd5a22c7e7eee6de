"""What the engine stores of a promise that could not be kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from accredit.storage import Database
from accredit.storage.promises import Promise, promise

REPOSITORY = Path(__file__).resolve().parents[3]
FAILING = """
import sys, time
from accredit.jobs import engine
from accredit.storage import Database
from accredit.storage.promises import Promise, Queue

def refuse(subject):
    raise OSError("550 nobody@school.example is not known here")

database = Database(sys.argv[1])
engine.launch(database, worker_id="deliver", queues=[Queue.DELIVER], handlers={Promise.SEND_MAIL: refuse})
time.sleep(3)
engine.stop()
"""


def test_a_failure_is_stored_without_what_it_quotes(database: Database) -> None:
    with database.transaction() as db:
        promise(db, Promise.SEND_MAIL, "0197c0de-0000-7000-8000-000000000000")
    address = database.engine.url.render_as_string(hide_password=False)
    ran = subprocess.run(
        [sys.executable, "-c", FAILING, address],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    schema = "dbos." if database.is_postgresql else ""
    with database.reading() as db:
        status = db.execute(sa.text(f"SELECT status FROM {schema}workflow_status")).scalar_one()
        stored = [
            json.dumps(
                [dict(row) for row in db.execute(sa.text(f"SELECT * FROM {schema}{table}")).mappings()], default=str
            )
            for table in ("workflow_status", "workflow_output", "operation_outputs")
        ]
    assert status == "ERROR"
    assert "send-mail: OSError" in "".join(stored)
    assert "nobody@school.example" not in "".join([*stored, ran.stdout, ran.stderr])
