"""A Python repository of many files that every gate can be run on for real: package, tests, settings."""

from common import Project

FILES_A_PART = 20
FUNCTIONS = 3
# Imports nobody uses, five a file: findings of one rule of the linter.
FINDINGS_A_FILE = 5

PYPROJECT = """\
[project]
name = "shop"
version = "1"
dependencies = []

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]

[tool.coverage.run]
source = ["shop"]
"""


def function(module: int, number: int) -> str:
    """One function, laid out as the formatter would."""
    return (
        f"def step_{number}(value: int) -> int:\n"
        f'    """Step {number} of module {module}."""\n'
        f"    total = value + {module}\n"
        f"    for weight in range({number + 2}):\n"
        f"        if total % 2 == weight % 2:\n"
        f"            total += weight\n"
        f"    return total\n"
    )


def module(number: int) -> str:
    """One module of the package."""
    parts = [f'"""Module {number}."""\n', *(function(number, index) for index in range(FUNCTIONS))]
    return "\n\n".join(parts)


def tests_of(part: int, numbers: list[int]) -> str:
    """The tests of one part of the package. A scanner that looks at them finds nothing: there is no `assert`."""
    listed = "".join(f"    module_{number:04},\n" for number in numbers)
    return (
        f'"""Tests of part {part}."""\n\nimport pytest\n\n'
        f"from shop.part_{part:02} import (\n{listed})\n\nMODULES = [\n{listed}]\n\n\n"
        f'@pytest.mark.parametrize("number", range({FUNCTIONS}))\n'
        "def test_steps_grow(number):\n"
        "    for module in MODULES:\n"
        '        if getattr(module, f"step_{number}")(3) < 3:\n'
        '            pytest.fail(f"step {number} of {module}")\n'
    )


def fill(made: Project, files: int) -> None:
    """Make the project a package of about so many files, with a file of tests for each part of it."""
    made.write("pyproject.toml", PYPROJECT)
    made.write(".gitignore", "__pycache__/\n.coverage\n.pytest_cache/\n.ruff_cache/\n/.session/\n")
    made.write("shop/__init__.py", '"""The shop."""\n')
    count = (files - 3) * FILES_A_PART // (FILES_A_PART + 2)
    for part in range(-(-count // FILES_A_PART)):
        numbers = list(range(part * FILES_A_PART, min((part + 1) * FILES_A_PART, count)))
        made.write(f"shop/part_{part:02}/__init__.py", f'"""Part {part}."""\n')
        for number in numbers:
            made.write(f"shop/part_{part:02}/module_{number:04}.py", module(number))
        made.write(f"tests/test_part_{part:02}.py", tests_of(part, numbers))


def spoil(made: Project, findings: int) -> None:
    """Add imports that nobody uses, as many as findings of the linter are wanted."""
    for number in range(-(-findings // FINDINGS_A_FILE)):
        left = min(FINDINGS_A_FILE, findings - number * FINDINGS_A_FILE)
        names = ("ast", "bisect", "calendar", "dis", "enum")[:left]
        made.write(f"shop/unused_{number:02}.py", "".join(f"import {name}\n" for name in names))
