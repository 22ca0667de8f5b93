import http.client
import json
import threading

import pytest

from linkshelf.__main__ import main
from linkshelf.server import MAX_BODY, Server
from linkshelf.shelf import Shelf

LINK = "https://example.org/a/long/path"


@pytest.fixture
def ask():
    """Send a request to a running service: gives status, headers and content."""
    with Server("127.0.0.1", 0, Shelf()) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def send(method, path, body=None):
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            try:
                connection.request(method, path, body)
                answer = connection.getresponse()
                raw = answer.read()
                return answer.status, answer.headers, json.loads(raw) if raw else None
            finally:
                connection.close()

        yield send
        server.shutdown()
        thread.join()


def test_a_link_is_added_followed_and_shown(ask):
    status, _, entry = ask("POST", "/links", json.dumps({"url": LINK}))
    assert status == 201
    assert entry == {"code": entry["code"], "url": LINK, "visits": 0}

    status, headers, _ = ask("GET", f"/{entry['code']}?from=mail")
    assert (status, headers["Location"]) == (302, LINK)

    status, _, shown = ask("GET", f"/links/{entry['code']}")
    assert (status, shown["visits"]) == (200, 1)


def test_the_service_says_that_it_is_well(ask):
    assert ask("GET", "/health")[::2] == (200, {"status": "ok", "links": 0})


@pytest.mark.parametrize("path", ["/", "/zzzzz", "/links/zzzzz"])
def test_unknown_links_are_not_found(ask, path):
    assert ask("GET", path)[::2] == (404, {"error": "no such link"})


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/links", "{", 400),
        ("/links", "x" * (MAX_BODY + 1), 400),
        ("/links", "[]", 422),
        ("/links", json.dumps({"url": "ftp://example.org"}), 422),
        ("/elsewhere", json.dumps({"url": LINK}), 404),
    ],
)
def test_bad_requests_are_refused_and_nothing_is_kept(ask, path, body, status):
    assert ask("POST", path, body)[0] == status
    assert ask("GET", "/health")[2]["links"] == 0


def test_the_command_serves_until_interrupted(monkeypatch, capsys, tmp_path):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "serve_forever", interrupted)
    assert main(["--port", "0", "--file", str(tmp_path / "links.json")]) == 0
    assert capsys.readouterr().out.startswith("serving on http://127.0.0.1:")
