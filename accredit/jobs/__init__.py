"""The worker: keeps what was promised. The only place that joins credentials, issuing and verification.

`handlers` do the work and know no engine; `engine` is DBOS Transact behind one door; `reconciler` finishes what a crash
or a lost promise left; `worker` is the process.
"""
