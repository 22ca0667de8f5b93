"""The comparison compares: who is too slow or says too much is found, and what did not do its work is no figure."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import overhead
import peers
import python_repo
from common import Project, Void
from overhead import Subject
from peers import Peer, Step


def subject(name: str, *times: float, **more) -> Subject:
    return Subject(name, [name], times=list(times), **more)


def check(case: str, mine: Subject, others: list[Subject], expect: bool, words: str) -> None:
    kept, said = overhead.verdict(case, [mine, *others])
    assert (kept, words in said) == (expect, True), said


def test_the_limit_is_a_share_of_the_named_or_of_the_fastest_peer():
    others = [subject("prek", 0.5), subject("lefthook", 2.0), subject("sh &&", 0.1, is_floor=True)]
    check("A1", subject("sdd", 2.0), others, True, "1.000 of lefthook")
    check("A1", subject("sdd", 2.1), others, False, "EXCEEDED")
    check("V", subject("sdd", 0.6), others, True, "1.200 of prek")
    check("V", subject("sdd", 0.61), others, False, "EXCEEDED")
    assert overhead.verdict("C", [subject("sdd", 9.0), *others]) == (True, "")


def test_the_output_is_counted_in_bytes():
    check("E", subject("sdd", 1.0, size=2_000), [], True, "kept")
    check("E", subject("sdd", 1.0, size=2_001), [], False, "EXCEEDED")


def test_percentiles_are_values_that_were_measured():
    assert overhead.percentile([3.0, 1.0, 2.0], 95) == 3.0
    assert overhead.percentile(list(range(1, 101)), 95) == 95
    assert overhead.percentile([7.0], 95) == 7.0


def empty(directory: Path) -> Project:
    return Project(directory, Path(sys.executable))


def test_what_ends_otherwise_than_it_should_is_no_figure(tmp_path):
    made = empty(tmp_path)
    with pytest.raises(Void, match="bad ended with exit code 3, not 0"):
        overhead.measure(made, [Subject("bad", ["sh", "-c", "exit 3"])], 1)


def test_programs_take_turns_in_a_moving_order(tmp_path):
    made = empty(tmp_path)
    subjects = [Subject(name, ["sh", "-c", f"echo {name} >>order"]) for name in "abc"]
    overhead.measure(made, subjects, 3)
    assert (made.root / "order").read_text().split() == list("abc" + "abc" + "bca" + "cab")
    assert all(len(one.times) == 3 for one in subjects)


def test_what_was_remembered_is_forgotten(tmp_path):
    made = empty(tmp_path)
    for path in (
        ".ruff_cache/x",
        ".coverage",
        "a/__pycache__/x",
        ".session/runs/1/log",
        ".session/reports/x",
    ):
        made.write(path, "")
    made.write(".session/config.json", "{}")
    made.write("a/x.py", "")
    overhead.forget(made)
    left = sorted(str(path.relative_to(made.root)) for path in made.root.rglob("*") if path.is_file())
    assert left == [".session/config.json", "a/x.py"]


STEPS = [Step("one", ["printf", "a b"]), Step("search", ["grep", "x'y"], files=r"\.py$")]


def test_settings_of_the_peers_hold_the_steps(tmp_path):
    made = empty(tmp_path)
    peers.configure(made, STEPS)
    hooks = (made.root / ".pre-commit-config.yaml").read_text()
    assert "entry: \"printf 'a b'\"" in hooks and "language: pygrep" in hooks and "priority" not in hooks
    assert (made.root / ".prek.yaml").read_text().count("priority: 0") == 2
    jobs = (made.root / "lefthook.yml").read_text()
    assert "parallel: true" in jobs and "git grep" in jobs


def test_the_floors_run_every_step(tmp_path):
    made = empty(tmp_path)
    steps = [Step(name, ["sh", "-c", f"echo '{name} x' >>ran"]) for name in ("one", "two")]
    for floor in peers.floors(steps):
        subprocess.run(floor.run, cwd=made.root, check=True)
        assert sorted((made.root / "ran").read_text().splitlines()) == ["one x", "two x"]
        (made.root / "ran").unlink()
    failing = peers.floors([*steps, Step("bad", ["false"])])
    assert all(subprocess.run(floor.run, cwd=made.root, check=False).returncode for floor in failing)


def test_the_repository_is_python_that_the_tools_find_nothing_in(tmp_path):
    made = empty(tmp_path)
    python_repo.fill(made, 50)
    files = list(made.root.rglob("*.py"))
    assert 40 <= len(files) <= 55
    bin_directory = overhead.tools()
    for words in (
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("bandit", "-q", "-r", "."),
        ("pytest", "-q", "-p", "no:cacheprovider", "--cov", "--cov-fail-under=80"),
    ):
        done = subprocess.run(
            (bin_directory / words[0], *words[1:]), cwd=made.root, capture_output=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    python_repo.spoil(made, 7)
    done = subprocess.run(
        (bin_directory / "ruff", "check", "--no-cache", "--output-format=json", "."),
        cwd=made.root,
        capture_output=True,
        check=False,
    )
    assert [found["code"] for found in json.loads(done.stdout)] == ["F401"] * 7


def test_versions_are_measured_without_the_peers(tmp_path, monkeypatch, capsys):
    # A stand-in for each: what is measured here is that a run ends with a verdict and a file of figures.
    true = shutil.which("true")
    monkeypatch.setattr(peers, "install", lambda where: None)
    monkeypatch.setattr(peers, "installed", lambda where: [Peer("prek", [true], [true], [true])])
    monkeypatch.setattr(overhead, "LIMITS", {"V": 1_000.0})
    figures = tmp_path / "figures.json"
    words = [true, "--case", "V", "--runs", "2", "--json", str(figures)]
    assert overhead.main(words) == 0
    assert "of prek; limit 1000.00: kept" in capsys.readouterr().out
    subjects = json.loads(figures.read_text())["cases"]["V"]["subjects"]
    assert [len(subjects[name]["seconds"]) for name in ("sdd", "prek", "true")] == [2, 2, 2]
    monkeypatch.setattr(overhead, "LIMITS", {"V": 0.0})
    assert overhead.main(words) == 1
    assert overhead.main([str(tmp_path / "missing"), "--case", "V"]) == 3
