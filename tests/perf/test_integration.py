"""The measurements of integration tests find what they are to find, and measure nothing where there is no engine."""

import subprocess
import sys
from pathlib import Path

import pytest

import integration
from common import Project, Void


def made(tmp_path: Path) -> Project:
    """A project whose `docker` says what a test tells it."""
    return Project(tmp_path, Path(sys.executable))


def test_the_example_is_as_the_measurements_want_it() -> None:
    spec = (integration.EXAMPLE / integration.SPEC).read_text("utf-8")
    shorter = integration.without_section(spec, "Performance Benchmarks")
    assert "p95" not in shorter.partition("## Acceptance")[0]
    assert "## API Contracts" in shorter
    with pytest.raises(Void):
        integration.without_section(shorter, "Performance Benchmarks")
    compose = integration.with_health((integration.EXAMPLE / integration.COMPOSE).read_text("utf-8"))
    assert compose.count("healthcheck:") == 3
    assert compose.count("stored") == 2


def test_what_is_left_is_counted_by_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = made(tmp_path)
    mine = integration.prefix(here.root) + "r1"

    def answer(_: Project, *words: str) -> str:
        return {"ps": f"{mine}\nother\n", "network": "\n", "volume": f"{mine}\n"}[words[1]]

    monkeypatch.setattr(integration, "call", answer)
    sleeper = subprocess.Popen(("sleep", "30"), cwd=here.root)
    try:
        assert integration.left(here) == [f"container of {mine}", f"volume of {mine}", "process sleep 30"]
    finally:
        sleeper.kill()
        sleeper.wait()


def test_what_is_left_is_a_fault_when_its_time_is_over() -> None:
    count = integration.Count()
    count.at_once = {"SIGKILL": ["container of a"], "SIGINT": []}
    assert count.faults() == []
    count.at_once["SIGINT"] = ["network of a"]
    count.after_grace = {"SIGKILL": ["container of a"]}
    assert count.faults() == ["left when sdd had ended: network of a", "left after 10 s: container of a"]
    assert not integration.say_kills(count)


def test_the_cost_is_that_of_each_pair(capsys: pytest.CaptureFixture) -> None:
    assert integration.say_overhead({"bare": [5.0, 9.0, 5.0], "sdd": [5.5, 9.5, 8.0]})
    assert "median 0.50 s of 3 pairs" in capsys.readouterr().out
    assert not integration.say_overhead({"bare": [5.0], "sdd": [6.5]})


def test_without_an_engine_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDD_TEST_ENGINE", raising=False)
    assert integration.main([sys.executable]) == 3
