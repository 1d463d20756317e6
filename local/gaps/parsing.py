"""A document's text, whatever format S3 holds it in: read by well-kept libraries.

Approximate: tables and pictures of a PDF are not understood, and a workbook is not read.
https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-ds.html
"""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from bs4 import BeautifulSoup
from docx import Document as WordDocument
from docx.table import Table
from pypdf import PdfReader

LARGEST = 50 * 1024 * 1024
# In HTML a line break means nothing; these elements end a line.
BLOCKS = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "tr",
    "dt",
    "dd",
    "div",
    "pre",
    "blockquote",
    "br",
]
END_OF_BLOCK = "\x00"


class Unreadable(Exception):
    """Why a document is not read, as an ingestion job tells it."""


def text_of(key: str, body: bytes) -> str:
    """The text of an object, by the ending of its key; raises Unreadable."""
    if len(body) > LARGEST:
        raise Unreadable(f"the document has {len(body)} bytes; at most {LARGEST} are read")
    ending = PurePosixPath(key).suffix.lower()
    read = READERS.get(ending)
    if read is None:
        raise Unreadable(f"documents of type {ending or '(none)'} are not supported")
    try:
        return read(body)
    except Exception as error:
        # Each library has errors of its own for what is broken inside a file.
        raise Unreadable(f"not a readable {ending} file: {type(error).__name__}") from error


def _plain(body: bytes) -> str:
    return body.decode("utf-8-sig")


def _html(body: bytes) -> str:
    page = BeautifulSoup(body, "html.parser")
    for hidden in page(["head", "script", "style", "template"]):
        hidden.decompose()
    for block in page(BLOCKS):
        block.append(END_OF_BLOCK)
    lines = (" ".join(line.split()) for line in page.get_text().split(END_OF_BLOCK))
    return "\n".join(line for line in lines if line)


def _pdf(body: bytes) -> str:
    return "\n\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def _docx(body: bytes) -> str:
    parts = WordDocument(io.BytesIO(body)).iter_inner_content()
    return "\n\n".join(_rows(part) if isinstance(part, Table) else part.text for part in parts)


def _rows(table: Table) -> str:
    return "\n".join(" | ".join(cell.text for cell in row.cells) for row in table.rows)


def _csv(body: bytes) -> str:
    """Each row says its columns' names, so that a chunk of the middle is understood."""
    rows = csv.DictReader(io.StringIO(_plain(body)))
    return "\n".join("; ".join(f"{name}: {value}" for name, value in row.items()) for row in rows)


READERS: Mapping[str, Callable[[bytes], str]] = {
    ".txt": _plain,
    ".md": _plain,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
    ".csv": _csv,
}
