"""Lists of links for other programs."""

import csv
import html
import io
import json
import os
from datetime import datetime, timezone
from pathlib import Path

from linkshelf.shelf import Entry


def as_csv(entries: list[Entry]) -> str:
    """Return the links as comma-separated values with a header line."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "url", "visits"])
    for entry in sorted(entries, key=lambda entry: entry.code):
        writer.writerow([entry.code, entry.url, entry.visits])
    return out.getvalue()


def as_markdown(entries: list[Entry]) -> str:
    """Return the links as a Markdown table, the most visited first."""
    lines = ["| code | link | visits |", "|---|---|---|"]
    for entry in sorted(entries, key=lambda entry: -entry.visits):
        url = entry.url.replace("|", "%7C")
        lines.append(f"| `{entry.code}` | {url} | {entry.visits} |")
    return "\n".join(lines) + "\n"


def as_html(entries: list[Entry]) -> str:
    """Return the links as a page."""
    items = []
    for entry in entries:
        link = html.escape(entry.url, quote=True)
        items.append(f'<li><a href="{link}">{html.escape(entry.code)}</a></li>')
    stamp = datetime.now(timezone.utc).isoformat()
    return f"<!doctype html><title>Links</title><p>{stamp}</p><ul>{''.join(items)}</ul>"


def read_back(text: str) -> list[Entry]:
    """Return the entries of a list written by `as_csv`; lines that cannot be read are left out."""
    entries = []
    for row in csv.DictReader(io.StringIO(text)):
        try:
            entries.append(Entry(row["code"], row["url"], int(row["visits"])))
        except:
            continue
    return entries


def write(entries: list[Entry], file: Path) -> int:
    """Write the links in the form that the file's name asks for, and return how many there were."""
    suffix = file.suffix.lower()
    if suffix == ".csv":
        text = as_csv(entries)
    elif suffix == ".md":
        text = as_markdown(entries)
    elif suffix in (".html", ".htm"):
        text = as_html(entries)
    elif suffix == ".json":
        text = json.dumps([vars(entry) for entry in entries])
    else:
        raise ValueError(f"no form is known for {file.name}")
    file.write_text(text, "utf-8")
    return len(entries)
