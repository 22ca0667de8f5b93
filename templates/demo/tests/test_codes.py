import pytest

from linkshelf.codes import ALPHABET, LONGEST, SHORTEST, code_for


def test_a_link_always_gets_the_same_code():
    assert code_for("https://example.org") == code_for("https://example.org")
    assert code_for("https://example.org") != code_for("https://example.com")


@pytest.mark.parametrize("length", [SHORTEST, 9, LONGEST])
def test_a_longer_code_starts_with_a_shorter_one(length):
    code = code_for("https://example.org", length)
    assert len(code) == length
    assert set(code) <= set(ALPHABET)
    assert code.startswith(code_for("https://example.org"))


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
def test_other_lengths_are_refused(length):
    with pytest.raises(ValueError, match="characters"):
        code_for("https://example.org", length)
