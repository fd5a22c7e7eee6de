"""Who did what, when: one event for every write, in the same transaction. Order and integrity are the ledger's work."""
