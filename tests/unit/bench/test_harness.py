"""The one object that a bench answers with, whatever it measures; no test looks at how fast anything is."""

from __future__ import annotations

import json
import platform
from typing import Any

import pytest

from accredit.bench import harness
from accredit.bench.harness import Bench, Contender


class Counter:
    """Work that counts its calls, spends a little time, and is wrong when it is told to be."""

    def __init__(self, *, wrong_at: int | None = None) -> None:
        self.numbers: list[int] = []
        self.wrong_at = wrong_at

    def __call__(self, number: int) -> bool:
        self.numbers.append(number)
        return sum(range(200)) > 0 and number != self.wrong_at


def measured(*, rounds: int = 3, ours: Counter | None = None, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "name": "example",
        "unit": "pieces per CPU second",
        "ours": Contender(key="ours", work=ours or Counter()),
        "more": (Contender(key="general", work=Counter()),),
        "baselines": (Contender(key="pyld", work=Counter()), Contender(key="raw", work=Counter())),
        "beside": {"pyld": "general"},
        **more,
    }
    return harness.run(Bench(**given), rounds=rounds, seconds=0.001)


def test_the_answer_has_the_members_that_others_rely_on() -> None:
    found = measured()
    assert {"bench", "ours", "baselines", "ratio", "runs", "machine"} <= found.keys()
    assert found["bench"] == "example"
    assert found["ours"].keys() == {"per_cpu_s", "errors", "general_per_cpu_s"}
    assert found["ours"]["errors"] == 0
    assert found["baselines"].keys() == found["ratio"].keys() == {"pyld", "raw"}
    assert all(each["per_cpu_s"] > 0 for each in found["baselines"].values())
    assert json.loads(json.dumps(found)) == found


def test_every_round_has_a_figure_of_everybody_and_figures_are_medians() -> None:
    found = measured(rounds=5)
    assert [each["round"] for each in found["runs"]] == [1, 2, 3, 4, 5]
    assert all(each.keys() == {"round", "ours", "general", "pyld", "raw"} for each in found["runs"])
    assert found["ours"]["per_cpu_s"] == sorted(each["ours"] for each in found["runs"])[2]
    assert found["baselines"]["raw"]["per_cpu_s"] == sorted(each["raw"] for each in found["runs"])[2]


def test_a_ratio_is_the_median_of_ratios_to_the_one_it_stands_beside() -> None:
    found = measured()
    ratios = {
        "pyld": sorted(each["general"] / each["pyld"] for each in found["runs"])[1],
        "raw": sorted(each["ours"] / each["raw"] for each in found["runs"])[1],
    }
    assert found["ratio"] == {name: pytest.approx(ratio, rel=1e-3) for name, ratio in ratios.items()}
    assert found["beside"] == {"pyld": "general", "raw": "ours"}


def test_contenders_take_turns_and_another_begins_each_round() -> None:
    order: list[str] = []

    def noting(key: str) -> Contender:
        def work(_number: int) -> bool:
            order.append(key)
            return True

        return Contender(key=key, work=work)

    bench = Bench(name="turns", unit="turns", ours=noting("a"), baselines=(noting("b"), noting("c")))
    harness.run(bench, rounds=3, seconds=0)
    assert "".join(key for key, before in zip(order, ["", *order], strict=False) if key != before).endswith("abcbcacab")


def test_a_wrong_outcome_is_counted_however_fast_it_was() -> None:
    assert measured(ours=Counter(wrong_at=0))["ours"]["errors"] >= 3
    assert measured(wrong=2)["ours"]["errors"] == 2


def test_pieces_of_one_call_are_counted_each() -> None:
    one = measured(ours=Counter(), baselines=(Contender(key="thousand", work=Counter(), pieces=1000),), beside={})
    assert one["ratio"]["thousand"] < 0.1


def test_no_rounds_are_no_measurement() -> None:
    with pytest.raises(ValueError, match="at least one round"):
        measured(rounds=0)


def test_the_machine_is_described_without_its_name() -> None:
    found = harness.machine()
    assert found["python"].endswith(platform.python_version())
    assert found["cores"] >= 1
    assert found["libraries"]["cryptography"]
    if platform.node() not in {"", "localhost"}:
        assert platform.node() not in json.dumps(found)
