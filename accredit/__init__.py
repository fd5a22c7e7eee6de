"""accredit: a ledger of peer support, and credentials that anyone can verify."""

__version__ = "0.1.0"
