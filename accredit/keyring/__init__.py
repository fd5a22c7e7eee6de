"""Private keys at rest: one encrypted file for each key, opened by the worker and the command line alone.

Which key is for what, and since when, is the register of ``domain.issuing``; here a key is an id and its secret half.
"""

from accredit.keyring.ring import Algorithm, KeyRing
from accredit.kit.vc.known_test_keys import is_published_test_key

__all__ = ["Algorithm", "KeyRing", "is_published_test_key"]
