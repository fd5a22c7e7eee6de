"""A school's certificates under everything that may happen to them, in random order, against a small model.

`template` makes a service that every sequence begins as a copy of, `world` does to it what a step says, through the
product's own operations and commands, `model` says what must then be true, and `machine` draws the steps. Run
``python -m tests.properties`` for many of them; `test_sample` runs a few.
"""
