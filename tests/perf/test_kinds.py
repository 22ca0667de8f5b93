"""The moments of services are those of the engine's events, and what takes too long is said."""

import sys
from pathlib import Path

import pytest

import kinds
from common import Project
from integration import LABEL, prefix


def event(action: str, second: int, root: Path, service: str = "kind", **attributes: str) -> dict:
    """An event as the engine writes it."""
    labels = {LABEL: f"{prefix(root)}r1", "com.docker.compose.service": service}
    return {"Action": action, "timeNano": second * 10**9, "Actor": {"Attributes": labels | attributes}}


def test_events_are_those_of_one_service_in_their_order(tmp_path: Path) -> None:
    other = event("die", 1, tmp_path.parent)
    mine = [event("die", 5, tmp_path), event("start", 4, tmp_path)]
    events = [other, event("kill", 2, tmp_path, "slow"), *mine]
    assert [kinds.at(one) for one in kinds.of_service(events, tmp_path, "kind")] == [4.0, 5.0]


def test_a_state_is_visible_when_it_has_come_so_often(tmp_path: Path) -> None:
    dies = [event("die", second, tmp_path, exitCode="3") for second in (1, 2, 4)]
    assert kinds.nth("die", 3)(dies) == 4.0
    assert kinds.nth("die", 4)(dies) is None
    assert kinds.nth("die", code="7")(dies) is None


def test_what_acts_on_a_fault_is_the_end_of_the_others(tmp_path: Path) -> None:
    made = Project(tmp_path, Path(sys.executable))
    fault = next(kind for kind in kinds.KINDS if kind.is_fault)
    ready = next(kind for kind in kinds.KINDS if not kind.is_fault)
    assert kinds.acted(made, fault, [event("kill", 3, made.root, "slow")]) == 3.0
    assert kinds.acted(made, ready, []) is None
    made.write(kinds.SETTLED, "12.5")
    assert kinds.acted(made, ready, []) == 12.5


def test_the_longest_decides(capsys: pytest.CaptureFixture) -> None:
    assert kinds.say({("docker compose", "sick"): [0.5, 0.7]})
    assert "median 0.60 s, 0.50 to 0.70" in capsys.readouterr().out
    assert not kinds.say({("docker compose", "sick"): [0.5], ("docker-compose", "sick"): [5.1]})


def test_without_an_engine_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDD_TEST_ENGINE", raising=False)
    assert kinds.main([sys.executable]) == 3
