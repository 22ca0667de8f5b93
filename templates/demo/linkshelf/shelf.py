"""The links and where they are kept."""

import json
import os
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from linkshelf.codes import LONGEST, SHORTEST, code_for

MAX_URL = 2_000


class BadLink(ValueError):
    """A text that cannot be kept as a link; the message says why."""


@dataclass
class Entry:
    """A link, its code and how often it was followed."""

    code: str
    url: str
    visits: int = 0


def checked(url: object) -> str:
    """Return the link when it can be kept, else raise `BadLink`."""
    if not isinstance(url, str) or not url.strip():
        raise BadLink("a link is needed")
    url = url.strip()
    if len(url) > MAX_URL:
        raise BadLink(f"a link has at most {MAX_URL} characters")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadLink(f"not a link: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadLink("only http and https links are taken")
    return url


class Shelf:
    """All links, safe to use from several threads.

    With a file, the links are read from it and written to it after every new one.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._file = file
        self._entries: dict[str, Entry] = {}
        if file is not None and file.exists():
            for raw in json.loads(file.read_text("utf-8")):
                self._entries[raw["code"]] = Entry(**raw)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, url: object) -> Entry:
        """Keep a link and return its entry; a known link keeps its code."""
        link = checked(url)
        with self._lock:
            for length in range(SHORTEST, LONGEST + 1):
                code = code_for(link, length)
                entry = self._entries.get(code)
                if entry is None:
                    entry = self._entries[code] = Entry(code, link)
                    self._save()
                    return entry
                if entry.url == link:
                    return entry
        raise BadLink("no code is left for this link")

    def find(self, code: str) -> Entry | None:
        """Return the entry of a code."""
        return self._entries.get(code)

    def follow(self, code: str) -> str | None:
        """Return the link of a code and count the visit."""
        with self._lock:
            entry = self._entries.get(code)
            if entry is None:
                return None
            entry.visits += 1
            return entry.url

    def _save(self) -> None:
        if self._file is None:
            return
        text = json.dumps([asdict(entry) for entry in self._entries.values()], indent=2)
        handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".links-")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text + "\n")
        os.replace(name, self._file)
