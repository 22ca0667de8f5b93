from concurrent.futures import ThreadPoolExecutor

import pytest

from linkshelf import shelf as shelf_module
from linkshelf.shelf import MAX_URL, BadLink, Shelf

LINK = "https://example.org/a/long/path?with=query"


def test_a_link_can_be_followed_and_is_counted():
    shelf = Shelf()
    code = shelf.add(f"  {LINK} ").code
    assert shelf.follow(code) == LINK
    assert shelf.follow(code) == LINK
    assert shelf.find(code).visits == 2


def test_a_known_link_keeps_its_code():
    shelf = Shelf()
    assert shelf.add(LINK) is shelf.add(LINK)
    assert len(shelf) == 1


def test_an_unknown_code_leads_nowhere():
    shelf = Shelf()
    assert shelf.follow("zzzzz") is None
    assert shelf.find("zzzzz") is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (None, "needed"),
        ("   ", "needed"),
        (12, "needed"),
        ("ftp://example.org/file", "http and https"),
        ("https://", "http and https"),
        ("example.org", "http and https"),
        ("https://[broken", "not a link"),
        ("https://example.org/" + "a" * MAX_URL, "at most"),
    ],
)
def test_what_is_no_link_is_refused(url, why):
    shelf = Shelf()
    with pytest.raises(BadLink, match=why):
        shelf.add(url)
    assert len(shelf) == 0


def test_links_with_the_same_short_code_get_longer_ones(monkeypatch):
    monkeypatch.setattr(shelf_module, "code_for", lambda url, length: "a" * length)
    shelf = Shelf()
    codes = [shelf.add(f"https://example.org/{number}").code for number in range(3)]
    assert codes == ["aaaaa", "aaaaaa", "aaaaaaa"]


def test_running_out_of_codes_is_said(monkeypatch):
    monkeypatch.setattr(shelf_module, "code_for", lambda url, length: "same")
    shelf = Shelf()
    shelf.add("https://example.org/1")
    with pytest.raises(BadLink, match="no code is left"):
        shelf.add("https://example.org/2")


def test_links_survive_a_restart(tmp_path):
    file = tmp_path / "links.json"
    code = Shelf(file).add(LINK).code
    assert Shelf(file).follow(code) == LINK
    assert [path.name for path in tmp_path.iterdir()] == ["links.json"]


def test_visits_from_many_threads_are_all_counted():
    shelf = Shelf()
    code = shelf.add(LINK).code
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: shelf.follow(code), range(200)))
    assert shelf.find(code).visits == 200
