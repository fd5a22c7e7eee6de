"""The one way out: looking something up at an address that a stranger wrote into a document.

- `addresses`: which addresses nobody may be sent to, by a table of our own
- `target`: which addresses of the web are looked up at all
- `connection`: one HTTPS exchange with a checked address, under one deadline and one cap
- `fetcher`: what the operator allows, a memory of answers and refusals, and at most four look-ups for a verification

It knows neither credentials nor the database, reads no clock but the steps of its own deadline, and takes nothing from
the environment: no proxy, no cookie, no netrc.
"""
