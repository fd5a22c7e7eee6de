"""Measurements, each beside its baselines in one run: `accredit bench NAME`.

Only ratios carry over from one machine to another, so every figure stands next to something that others can run: PyLD
with the same signatures, the bare cryptography, the bare hash. What is measured is CPU time of this process, never time
on the wall.

- `harness`: rounds that take turns, medians, the answer of one bench
- `credentials`: the documents that are measured on
- `pyld_peer`: the same work done with PyLD
- `signing`, `files`, `logs`: the benches; `catalogue` names them
- `report`: the answers of all of them as one page

- `cohort`, `batch`: a school with as many ready as is asked for, and a whole class set awarded, issued and printed

Not here: pages and whole services. No test asserts a time.
"""
