"""The public log: append a salted leaf for each accountable act, sign checkpoints, prove. ``kit.ledger`` on SQL."""
