"""Assessing a portfolio against a level (a machine, no effect) and awarding (a person's decision)."""
