"""All steps together, in random order."""

from __future__ import annotations

from tests.properties.operator_steps import OperatorSteps
from tests.properties.people_steps import PeopleSteps


class Machine(PeopleSteps, OperatorSteps):
    """Everything that may happen to a certificate."""
