"""The measurements measure: what they are to find is found in programs made to do it, and not in others."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import contract
import hook
import kill
import schedule
import sessions
import startup
import work_items
from common import Project, Void, end, processes_with, project

GOOD = """
import json, os, signal, subprocess, sys, threading
children, stopped = [], []
def stop(number, frame):
    stopped.append(number)
    for child in children:
        try:
            os.killpg(child.pid, 9)
        except ProcessLookupError:
            pass
    sweep()
    os._exit(128 + number)
def sweep():
    mine, clean = os.environ["HOME"].encode(), 0
    while clean < 3:
        clean += 1
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                try:
                    if mine in open(f"/proc/{name}/environ", "rb").read():
                        os.kill(int(name), 9)
                        clean = 0
                except OSError:
                    pass
def save():
    os.makedirs(".session/reports", exist_ok=True)
    with open(".session/reports/.new", "w") as out:
        json.dump({"verdict": "failed"}, out)
    os.replace(".session/reports/.new", ".session/reports/latest.json")
def complete():
    rules = json.load(open(".session/config.json"))["quality_gates"]["custom_validations"]["rules"]
    commands = [r["command"] if isinstance(r["command"], list) else ["sh", "-c", r["command"]["shell"]] for r in rules]
    failed = []
    def work():
        while commands and not stopped:
            child = subprocess.Popen(commands.pop(0), process_group=0, stdin=-3, stdout=-3, stderr=-3)
            children.append(child)
            if child.wait():
                failed.append(1)
    threads = [threading.Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    SWEEP
    save()
    return bool(failed)
def main(args):
    if args[0] == "complete":
        HANDLERS
        return complete()
    if args == ["gate", "--plan"]:
        print("tests: pytest")
        return 0
    if args[:2] == ["work-item", "list"]:
        items = json.load(open(".session/tracking/work_items.json"))["work_items"]
        print(json.dumps({"total": len(items)}))
        return 0
    if args[:2] == ["hook", "stop"]:
        return 0
    return 0 if args == ["--version"] else 2
# Not sys.exit, which takes the handlers away before the process has ended.
code = main(sys.argv[1:])
sys.stdout.flush()
os._exit(code)
"""


def fake(directory: Path, **parts: str) -> Path:
    """A program that stands in for sdd: a good one, or with some of its parts replaced."""
    good = {
        "SWEEP": "sweep()",
        "HANDLERS": "signal.signal(2, stop), signal.signal(15, stop)",
        "save()\n    return": "save()\n    return",
    }
    text = GOOD
    for part, code in {**good, **parts}.items():
        assert part in text
        text = text.replace(part, code)
    program = directory / "sdd"
    # Python has a handler of its own for SIGINT from its first moment. Ignored until the program's own handlers are
    # there, no signal can end it in another way than the program says.
    ignoring = "/usr/bin/env -S --ignore-signal=INT --ignore-signal=TERM"
    program.write_text(f"#!{ignoring} {sys.executable} -S\n{text}", "utf-8")
    program.chmod(0o755)
    return program


def test_the_best_split_is_found():
    assert schedule.best_split((2.0, 1.0, 1.0)) == (2.0, [0])
    assert schedule.best_split((3.0,)) == (3.0, [0])
    assert schedule.best_split(()) == (0, [])
    # The longest first gives 7 here: 3 + 2 + 2 against 3 + 2.
    assert schedule.best_split((3.0, 3.0, 2.0, 2.0, 2.0))[0] == 6.0


def test_sets_are_the_same_for_the_same_seed():
    assert schedule.sets(8, 7) == schedule.sets(8, 7)
    assert schedule.sets(8, 7) != schedule.sets(8, 8)
    assert len(schedule.sets(2, 1)) == 2


def test_a_burning_command_uses_its_time():
    began = time.perf_counter()
    subprocess.run(schedule.burning(0.2), check=True)
    assert time.perf_counter() - began >= 0.2


def test_a_bad_schedule_is_told_from_a_good_one(tmp_path):
    times = (0.4, 0.2, 0.2)
    found = []
    for name, parts in (("good", {}), ("bad", {"range(2)": "range(1)"})):
        (tmp_path / name).mkdir()
        with project(fake(tmp_path / name, **parts)) as made:
            found.append(schedule.ratios(made, times, schedule.sleeping, 1)[1])
    good, bad = found
    assert 1.0 <= good < 1.7
    assert bad > good and bad >= 2.0


def test_markers_find_arguments_variables_and_directories(tmp_path):
    marker = str(tmp_path)
    started = [
        subprocess.Popen(["sleep", "60"], cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}),
        subprocess.Popen(["sleep", "60"], env={"PATH": "/usr/bin:/bin", "HOME": marker}),
        subprocess.Popen(["sh", "-c", f"sleep 60; : {marker}"]),
    ]
    other = subprocess.Popen(["sleep", "60"])
    try:
        found = processes_with(marker)
        assert {process.pid for process in started} <= set(found)
        assert other.pid not in found
    finally:
        end(processes_with(marker))
        for process in (*started, other):
            process.kill()
            process.wait()
    assert processes_with(marker) == {}


def test_torn_state_is_found(tmp_path):
    for name, text in {
        "tracking/work_items.json": '{"metadata": {',
        "reports/latest.json": "{}",
        "reports/.latest.json.sdd-tmp-1": "",
        "runs/1/pytest.json": "{",
    }.items():
        file = tmp_path / ".session" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert [bad.partition(":")[0] for bad in kill.unreadable(tmp_path)] == [
        ".session/tracking/work_items.json"
    ]


def kills(program: Path, runs: int) -> kill.Count:
    with project(program) as made:
        made.rules(kill.RULES)
        made.session()
        return kill.measure(made, runs, 1)


def test_a_program_that_cleans_up_is_without_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(kill, "SIGNALS", kill.SIGNALS[:2])
    count = kills(fake(tmp_path), 6)
    assert count.faults() == []
    assert sum(count.runs.values()) >= 3


def test_a_program_that_never_listens_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(kill, "SIGNALS", kill.SIGNALS[1:2])
    monkeypatch.setattr(kill, "moment", lambda drawn, usual: usual / 2)
    monkeypatch.setattr(kill, "RULES", [{"type": "command", "command": {"shell": "sleep 0.5; false"}}])
    deaf = "signal.signal(15, signal.SIG_DFL)"
    assert "2 of 2 runs did not listen yet" in kills(fake(tmp_path, HANDLERS=deaf), 2).faults()


def test_processes_and_files_left_behind_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(kill, "KILL_GRACE", 0.2)
    monkeypatch.setattr(kill, "moment", lambda drawn, usual: usual / 2)
    leaving = 'signal.signal(15, lambda *_: (open(os.environ["TMPDIR"] + "/left", "w"), os._exit(9)))'
    count = kills(fake(tmp_path, HANDLERS=leaving, SWEEP="sweep()"), 3)
    found = "\n".join(count.faults())
    assert "SIGTERM: left at once: " in found
    assert "left after SIGKILL and" in found
    assert "exit code: 9 after SIGTERM" in found
    assert "temporary file left: left" in found


def test_runs_that_end_before_their_signal_measure_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(kill, "moment", lambda drawn, usual: usual * 3 + 1)
    monkeypatch.setattr(kill, "RULES", [{"type": "command", "command": ["false"]}])
    with pytest.raises(Void, match="2 of 2 runs had ended"):
        kills(fake(tmp_path), 2)


def test_startup_is_measured_against_its_budgets(tmp_path, monkeypatch, capsys):
    program = str(fake(tmp_path))
    monkeypatch.setattr(startup, "VERSION_BUDGET", 5.0)
    monkeypatch.setattr(startup, "PLAN_BUDGET", 5.0)
    assert startup.main([program, "--runs", "2", "--files", "250"]) == 0
    assert capsys.readouterr().out.count("kept") == 2
    monkeypatch.setattr(startup, "PLAN_BUDGET", 0.0)
    assert startup.main([program, "--runs", "2", "--files", "250"]) == 1
    assert "EXCEEDED" in capsys.readouterr().out


def test_work_items_are_measured_against_their_budgets(tmp_path, monkeypatch, capsys):
    program = str(fake(tmp_path))
    listing = ("work-item", "list")
    monkeypatch.setattr(work_items, "CASES", [(40, listing, 5.0), (60, listing, 5.0)])
    assert work_items.main([program, "--runs", "2"]) == 0
    assert capsys.readouterr().out.count("kept") == 2
    monkeypatch.setattr(work_items, "CASES", [(40, listing, 0.0)])
    assert work_items.main([program, "--runs", "2"]) == 1
    assert "EXCEEDED" in capsys.readouterr().out


def test_work_items_that_are_not_seen_measure_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        work_items, "fill", lambda made, count: made.write(work_items_file(), '{"work_items": {}}')
    )
    assert work_items.main([str(fake(tmp_path)), "--runs", "1"]) == 3
    assert "sees 0 of 10000 work items" in capsys.readouterr().err


def test_hooks_are_measured_against_their_budget(tmp_path, monkeypatch, capsys):
    program = str(fake(tmp_path))
    monkeypatch.setattr(hook, "BUDGET", 5.0)
    assert hook.main([program, "--runs", "2", "--files", "40"]) == 0
    assert capsys.readouterr().out.count("kept") == 2
    monkeypatch.setattr(hook, "BUDGET", -5.0)
    assert hook.main([program, "--runs", "2", "--files", "40"]) == 1
    assert "EXCEEDED" in capsys.readouterr().out


def test_a_hook_that_speaks_or_runs_gates_measures_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(hook, "open_session", lambda made: made.write(".session/reports/latest.json", "{}"))
    assert hook.main([str(fake(tmp_path)), "--runs", "1", "--files", "10"]) == 3
    assert "gates were run" in capsys.readouterr().err
    talks = tmp_path / "talks"
    talks.write_text("#!/bin/sh\necho done\n", "utf-8")
    talks.chmod(0o755)
    assert hook.main([str(talks), "--runs", "1", "--files", "10"]) == 3


BEGINNING = """
    if args[0] == "start":
        if len(args) > 1:
            open(".session/tracking/status_update.json", "w").write(args[1])
        return 0
    return 0 if args[0] == "status" else 2"""


def test_sessions_are_measured_against_their_budgets(tmp_path, monkeypatch, capsys):
    answer = 'return 0 if args == ["--version"] else 2'
    program = str(fake(tmp_path, **{answer: BEGINNING.strip()}))
    small = [program, "--runs", "2", "--files", "250", "--items", "10"]
    monkeypatch.setattr(sessions, "BUDGET", 5.0)
    assert sessions.main(small) == 0
    assert capsys.readouterr().out.count("kept") == 4
    monkeypatch.setattr(sessions, "BUDGET", 0.0)
    assert sessions.main(small) == 1
    assert capsys.readouterr().out.count("EXCEEDED") == 4


def test_a_session_that_does_not_begin_measures_nothing(tmp_path, capsys):
    answer = 'return 0 if args == ["--version"] else 2'
    program = str(fake(tmp_path, **{answer: "return 0"}))
    assert sessions.main([program, "--runs", "1", "--files", "250", "--items", "10"]) == 3
    assert "sdd start began nothing" in capsys.readouterr().err


def differ(where: Path, body: str) -> Path:
    """A program that answers in this way."""
    program = where / "differ"
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n", "utf-8")
    program.chmod(0o755)
    return program


def test_comparisons_are_measured_against_their_limits(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(contract, "SIZES_MB", (0.01, 0.02))
    monkeypatch.setattr(contract, "GROWTH", 50.0)
    steady = differ(tmp_path, "print('passed')")
    pair = [str(steady), str(steady)]
    assert contract.main([str(steady), *pair, "--runs", "2"]) == 0
    assert "the same bytes on every run: kept" in capsys.readouterr().out
    monkeypatch.setattr(contract, "GROWTH", 0.0)
    assert contract.main([str(steady), "--runs", "2"]) == 1
    monkeypatch.setattr(contract, "GROWTH", 50.0)
    restless = differ(tmp_path, "print(time.perf_counter_ns())")
    assert contract.main([str(restless), *pair, "--runs", "2"]) == 1
    assert "DIFFERENT bytes" in capsys.readouterr().out
    broken = differ(tmp_path, "sys.exit(2)")
    assert contract.main([str(broken), "--runs", "2"]) == 3


def work_items_file() -> str:
    return ".session/tracking/work_items.json"


@pytest.mark.parametrize(
    "measure", [startup.main, schedule.main, kill.main, sessions.main, work_items.main, hook.main]
)
def test_what_cannot_be_measured_has_no_answer(measure, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(startup, "fill", lambda made, files: None)
    assert measure([str(tmp_path / "missing")]) == 3
    broken = tmp_path / "sdd"
    broken.write_text("#!/bin/sh\nexit 70\n")
    broken.chmod(0o755)
    assert measure([str(broken)]) == 3
    assert capsys.readouterr().err.count("nothing was measured") == 2


def test_a_project_is_measured_without_the_machines_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("SDD_JOBS", "7")
    program = fake(tmp_path)
    (tmp_path / "measured").mkdir()
    made = Project(tmp_path / "measured", program)
    assert "SDD_JOBS" not in made.env
    made.rules([])
    assert json.loads((made.root / ".session/config.json").read_text())["quality_gates"]["linting"] == {
        "enabled": False
    }
