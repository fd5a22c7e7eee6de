"""Libraries that are true anywhere: linked data, verifiable credentials, a transparency log, Open Badges.

Nothing here knows Flask, SQL, settings or the clock: time, keys and randomness are arguments.
"""
