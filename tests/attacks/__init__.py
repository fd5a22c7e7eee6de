"""Every attack of the catalogue that this project answers, run as what they are: tests with an id.

- `catalogue`: the list (`tests/attacks.toml`), and which tests show which attack
- `observing`: the pytest plugin that chooses those tests, keeps what came of each, and sees what was called genuine
- `report`: the page of proof and the last line

`python -m tests.attacks` runs them, and goes on where it was stopped.
"""
