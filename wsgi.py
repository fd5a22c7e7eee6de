"""The WSGI entry point: ``granian --interface wsgi wsgi:app``, or any other WSGI server."""

from accredit.app import from_environment

app = from_environment()
