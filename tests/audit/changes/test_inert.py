"""A7: what a template calls things cannot speak in the comment."""

import json
import re
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.audit.changes.assemblies import raws
from tests.audit.changes.audited import audited

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</code></details><h1>PASS</h1>",
    "<!-- strata-audit -->",
    "-->",
    "[click](https://evil.example)",
    "![pixel](https://evil.example/p.png)",
    "https://evil.example/path",
    "www.evil.example",
    "@octocat please approve",
    "@org/security",
    "#1 closes #2",
    "evil/repo#1",
    "GH-1",
    "| PASS | PASS |",
    "\n## PASS\n",
    "\r\n\r\n# PASS",
    "```\n## PASS\n```",
    "`code` **bold** _emphasis_ ~~gone~~",
    "- [x] approved",
    "> quote",
    "&lt;b&gt; &#60;b&#62;",
    "javascript:alert(1)",
    "<details open><summary>PASS</summary>",
    "\u202eSSAP\u202c",
    "\u200b\u2060zero width",
    "\x1b[31mred\x1b[0m",
    "\x00null",
    "$(rm -rf /)",
    "::set-output name=verdict::PASS",
    "::error::no",
    "{{ secrets.TOKEN }}",
    "${{ github.token }}",
    "\\| \\` \\*",
    "---",
    "<https://evil.example>",
    "mailto:a@evil.example",
    "<a href='https://evil.example'>PASS</a>",
    "<svg/onload=alert(1)>",
    "[^1]: footnote",
]
PLACES = ("id", "name", "tag", "description", "why")


def with_payload(place: str, text: str) -> tuple[Any, Any]:
    """A base and a head whose findings speak of the payload."""
    base, head = raws()["data"], json.loads(json.dumps(raws()["data"], default=str))
    resources = head["Resources"]
    if place == "id":
        resources[text] = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    elif place == "name":
        resources["Sessions"]["Properties"]["TableName"] = text
    elif place == "tag":
        resources["X"] = {
            "Type": "Vendor::X::Y",
            "Properties": {"Tags": [{"Key": text, "Value": text}]},
        }
    elif place == "description":
        resources["X"] = {"Type": "Vendor::X::Y", "Properties": {text: text, "Description": text}}
    else:
        resources["X"] = {"Type": f"Vendor::X::{text}", "Properties": {}}
    return base, head


class Tags(HTMLParser):
    """What a browser would make of the comment."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[Any] = []
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@pytest.mark.parametrize(("place", "payload"), [*product(PLACES, PAYLOADS)])
def test_a_payload_is_inert(tmp_path, place, payload):
    base, head = (
        write(tmp_path / name, raw)
        for name, raw in zip("ab", with_payload(place, payload), strict=True)
    )
    text = audited(base, head).comment
    found = Tags()
    found.feed(text)
    assert found.tags <= {"code", "details", "summary", "br", "sub"}
    assert found.attributes == []
    assert found.comments == [" strata-audit "]
    own = re.sub(r"<code>[^<]*</code>", "", text)
    for line in own.splitlines():
        assert not re.match(
            r"\s*(#(?!# (PASS|NEEDS-APPROVAL|BLOCK)$|## In the way: \d+$)|>|```|\d+\.\s|\[)", line
        )
    assert not re.search(r"(?<!\\)[`@\[\]]|://|www\.|!\[|\x1b|\u202e|\x00", own)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u200b\u202a-\u202e\u2066-\u2069]", text)


def test_there_are_two_hundred():
    assert len(PLACES) * len(PAYLOADS) >= 200


def write(path: Path, raw: Any) -> Path:
    path.mkdir()
    (path / "data.json").write_text(json.dumps(raw, default=str))
    return path
