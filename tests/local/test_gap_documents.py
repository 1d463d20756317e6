"""Gap 4, what becomes of a document: formats are read, and chunks are cut, as Bedrock does."""

import io
from pathlib import Path

import pytest
from docx import Document

from local.gaps.chunks import split
from local.gaps.parsing import Unreadable, text_of

PDF = (Path(__file__).parents[2] / "samples/handbook/rental-terms.pdf").read_bytes()


def word_file():
    document, file = Document(), io.BytesIO()
    document.add_paragraph("Insurance covers theft.")
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    cells[0].text, cells[1].text = "Deductible", "80 dollars"
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("a.txt", "plain".encode("utf-8-sig"), "plain"),
        ("a.md", "# 見出し".encode(), "# 見出し"),
        (
            "a.html",
            b"<p>Wear a\n<b>helmet</b>.</p><p>Or not.<script>alert(1)</script>",
            "Wear a helmet.\nOr",
        ),
        ("a.pdf", PDF, "A day of rental costs 44 dollars in Portland"),
        ("a.docx", word_file(), "Deductible | 80 dollars"),
        ("a.csv", b"part,price\nchain,31\n", "part: chain; price: 31"),
    ],
)
def test_a_document_is_read_by_its_format(name, body, says):
    text = text_of(name, body)
    assert says in text
    assert "alert" not in text


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("a.exe", b"MZ", "type .exe are not supported"),
        ("a", b"x", r"type \(none\)"),
        ("a.txt", b"\xff\xfe\x00", "not a readable .txt file: UnicodeDecodeError"),
        ("a.pdf", b"nothing of a pdf", "not a readable .pdf file"),
        ("a.docx", b"PK", "not a readable .docx file"),
        ("a.txt", b"x" * (50 * 1024 * 1024 + 1), "at most 52428800"),
    ],
)
def test_what_cannot_be_read_says_why(name, body, why):
    with pytest.raises(Unreadable, match=why):
        text_of(name, body)


def by_topic(text):
    """A meaning that jumps where the weather ends and the money begins."""
    return [0.0, 1.0] if "money" in text else [1.0, 0.0]


WEATHER = "It rains today. It rains tomorrow. "
MONEY = "The money is in the bank. The money is safe."


def test_semantic_chunks_end_where_the_meaning_jumps():
    semantic = {"maxTokens": 300, "bufferSize": 0, "breakpointPercentileThreshold": 50}
    config = {"chunkingStrategy": "SEMANTIC", "semanticChunkingConfiguration": semantic}
    chunks = split(WEATHER + MONEY, config, by_topic)
    assert [chunk.text for chunk in chunks] == [WEATHER.strip(), MONEY]


def test_a_semantic_chunk_that_is_full_ends_as_well():
    semantic = {"maxTokens": 6, "bufferSize": 1, "breakpointPercentileThreshold": 95}
    config = {"chunkingStrategy": "SEMANTIC", "semanticChunkingConfiguration": semantic}
    assert len(split(WEATHER, config, by_topic)) == 2


def test_a_small_chunk_is_found_by_itself_and_answers_with_its_parent():
    levels = {"levelConfigurations": [{"maxTokens": 30}, {"maxTokens": 6}], "overlapTokens": 1}
    config = {"chunkingStrategy": "HIERARCHICAL", "hierarchicalChunkingConfiguration": levels}
    chunks = split(WEATHER + MONEY, config, by_topic)
    assert len(chunks) > len({chunk.text for chunk in chunks})
    assert all(chunk.found_by in chunk.text for chunk in chunks)


def test_fixed_chunks_overlap_and_lose_no_word():
    fixed = {"maxTokens": 10, "overlapPercentage": 20}
    config = {"chunkingStrategy": "FIXED_SIZE", "fixedSizeChunkingConfiguration": fixed}
    words = " ".join(f"word{number}" for number in range(40))
    texts = [chunk.text for chunk in split(words, config, by_topic)]
    assert {word for text in texts for word in text.split()} == set(words.split())
    assert sum(len(text.split()) for text in texts) > 40


def test_no_chunking_keeps_a_document_whole_and_drops_an_empty_one():
    config = {"chunkingStrategy": "NONE"}
    assert [chunk.text for chunk in split(WEATHER, config, by_topic)] == [WEATHER]
    assert split(" \n", config, by_topic) == []
