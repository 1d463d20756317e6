"""What of a folder is uploaded, and everything that is refused before anything is."""

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from config.load import load_environment
from operate.errors import OperateError
from operate.knowledge.attributes import groups, parse, problems
from operate.knowledge.limits import DOCUMENT_BYTES, IMAGES, types_of
from operate.knowledge.metadata_table import read_table
from operate.knowledge.wanted import Wanted, wanted

BASE = load_environment("dev").knowledge_bases["handbook"]
URI = "s3://documents/handbook/"


def put(root: Path, **files: str | bytes) -> Path:
    """Files by name, in which two underscores are a dot and three a slash."""
    for given, content in files.items():
        path = root / given.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def metadata(**attributes: Any) -> str:
    return json.dumps({"metadataAttributes": attributes})


def judged(root: Path, **table: Any) -> Wanted:
    return wanted(root, BASE, {name.replace("__", "."): row for name, row in table.items()}, URI)


def refused(root: Path, **table: Any) -> str:
    with pytest.raises(OperateError) as error:
        judged(root, **table)
    return str(error.value)


def test_documents_of_subfolders_keep_their_path_and_their_content_type(tmp_path):
    items = judged(put(tmp_path, a__md="a", deep___er___b__PDF="b")).items
    assert sorted(items) == ["a.md", "deep/er/b.PDF"]
    assert items["deep/er/b.PDF"].content_type == "application/pdf"
    assert items["a.md"].content_type == "text/markdown; charset=utf-8"


def test_japanese_names_and_spaces_are_kept_and_every_spelling_of_unicode_is_one(tmp_path):
    decomposed = unicodedata.normalize("NFD", "ガイド 東京.md")
    (tmp_path / decomposed).write_text("x")
    assert decomposed != "ガイド 東京.md"
    assert list(judged(tmp_path).items) == ["ガイド 東京.md"]


def test_two_spellings_of_one_name_are_refused(tmp_path):
    for form in ("NFC", "NFD"):
        (tmp_path / unicodedata.normalize(form, "ガ.md")).write_text(form)
    assert "two files have this name" in refused(tmp_path)


def test_hidden_files_and_what_an_editor_left_are_named_as_left_out(tmp_path):
    put(tmp_path, a__md="a")
    for name in (".DS_Store", "~$report.docx"):
        (tmp_path / name).write_text("x")
    put(tmp_path / ".git", config="x")
    assert set(judged(tmp_path).left_out) == {".DS_Store", "~$report.docx", ".git"}


def test_a_link_is_never_followed_neither_to_a_file_nor_to_a_folder(tmp_path):
    outside = put(tmp_path / "outside", secret__md="secret")
    folder = put(tmp_path / "folder", a__md="a")
    (folder / "file.md").symlink_to(outside / "secret.md")
    (folder / "folder").symlink_to(outside, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    found = judged(folder)
    assert list(found.items) == ["a.md"]
    assert set(found.left_out) == {"file.md", "folder", "loop"}


def test_every_problem_is_told_at_once_and_names_its_file(tmp_path):
    put(
        tmp_path,
        movie__mp4="x",
        none="x",
        gone__md__metadata__json=metadata(groups=["staff"]),
        a__md="a",
        a__md__metadata__json="{",
    )
    with (tmp_path / "large.pdf").open("wb") as file:
        file.truncate(DOCUMENT_BYTES + 1)
    os.mkfifo(tmp_path / "pipe.md")
    told = refused(tmp_path)
    for expected in (
        "movie.mp4: documents of type .mp4 are not read",
        "none: documents of type (none)",
        "gone.md.metadata.json: there is no document gone.md",
        "a.md.metadata.json: is not JSON",
        "large.pdf: has 52,428,801 bytes; at most 52,428,800 are read of .pdf",
        "pipe.md: is no regular file",
    ):
        assert expected in told


def test_the_largest_document_that_is_read_is_taken(tmp_path):
    with (tmp_path / "large.pdf").open("wb") as file:
        file.truncate(DOCUMENT_BYTES)
    assert judged(tmp_path).items["large.pdf"].size == DOCUMENT_BYTES


@pytest.mark.parametrize("name", [b"a\n.md", b"\xff\xfe.md", b"a\x7f.md"])
def test_a_name_that_can_be_no_key_is_refused(tmp_path, name):
    (tmp_path / os.fsdecode(name)).write_text("x")
    assert "cannot be a key; rename it" in refused(tmp_path)


def test_a_path_that_is_too_long_for_a_key_is_refused(tmp_path):
    put(tmp_path / ("深" * 80) / ("い" * 80) / ("道" * 80) / ("長" * 80), a__md="a")
    assert "a key has at most 900" in refused(tmp_path)


def test_a_file_that_may_not_be_read_is_a_problem_and_no_traceback(tmp_path, monkeypatch):
    put(tmp_path, a__md="a", b__md="b")
    open_ = Path.open

    def locked(self: Path, *arguments: Any, **named: Any) -> Any:
        if self.name == "b.md":
            raise PermissionError(13, "Permission denied")
        return open_(self, *arguments, **named)

    monkeypatch.setattr(Path, "open", locked)  # root reads whatever its mode says
    assert "b.md: Permission denied" in refused(tmp_path)


def test_pictures_are_read_by_data_automation_alone():
    assert not set(IMAGES) & set(types_of(BASE))
    automated = BASE.model_copy(update={"parsing": "data-automation"})
    assert set(IMAGES) <= set(types_of(automated))


@pytest.mark.parametrize("given", ["missing", "file.md"])
def test_what_is_no_folder_is_refused(tmp_path, given):
    put(tmp_path, file__md="x")
    assert "is no folder" in refused(tmp_path / given)


def test_a_folder_without_any_document_changes_nothing(tmp_path):
    assert "nothing deleted" in refused(tmp_path)


def test_a_document_that_nobody_may_read_and_an_empty_one_are_warned_of(tmp_path):
    put(tmp_path, a__md="", b__md="b", b__md__metadata__json=metadata(groups=["staff"]))
    assert judged(tmp_path).warnings == (
        "a.md: is empty, so nothing of it will be found",
        "a.md: has no groups, so nobody may read it",
    )


def test_where_everyone_reads_groups_are_not_missed(tmp_path):
    everyone = BASE.model_copy(update={"readers": "everyone"})
    assert wanted(put(tmp_path, a__md="a"), everyone, {}, URI).warnings == ()


def test_a_row_of_the_table_becomes_the_documents_metadata_file(tmp_path):
    put(tmp_path, a__md="a")
    found = judged(tmp_path, a__md={"groups": ["staff", "finance"], "year": 2026})
    written = json.loads(found.items["a.md.metadata.json"].read())
    assert written == {"metadataAttributes": {"groups": ["staff", "finance"], "year": 2026}}
    assert found.warnings == ()


def test_a_row_without_a_document_and_one_beside_a_metadata_file_are_refused(tmp_path):
    put(tmp_path, a__md="a", a__md__metadata__json=metadata(year=2026))
    told = refused(tmp_path, a__md={"year": 2025}, b__md={"year": 2025})
    assert "a.md.metadata.json: a.md has a row in the table too" in told
    assert "b.md: has a row in the table, but is not in the folder" in told


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"x-amz-bedrock-kb-source-uri": "s3://other"}, "Bedrock's own"),
        ({"AMAZON_BEDROCK_TEXT": "x"}, "Bedrock's own"),
        ({"when": None}, "must be text"),
        ({"groups": []}, "must be text"),
        ({"groups": ["staff", 1]}, "must be text"),
        ({"nested": {"a": 1}}, "must be text"),
        ({"long": "字" * 700}, "S3 Vectors keeps at most 2,048"),
    ],
)
def test_attributes_that_bedrock_or_s3_vectors_would_refuse_are_refused(attributes, told):
    assert told in " ".join(problems(attributes, f"{URI}a.md"))


def test_the_typed_form_of_metadata_is_understood():
    typed = {"value": {"type": "STRING_LIST", "stringListValue": ["staff"]}}
    assert list(problems({"groups": typed}, URI)) == []
    assert groups({"groups": typed}) == ["staff"]


def test_a_metadata_file_larger_than_bedrock_reads_is_refused(tmp_path):
    put(tmp_path, a__md="a", a__md__metadata__json=metadata(text="x" * 10_240))
    assert "a metadata file has at most 10,240" in refused(tmp_path)


@pytest.mark.parametrize("text", ["[]", "{}", '{"metadataAttributes": []}', '"x"'])
def test_a_metadata_file_of_another_shape_is_refused(tmp_path, text):
    put(tmp_path, a__md="a", a__md__metadata__json=text)
    assert 'must be {"metadataAttributes"' in refused(tmp_path)


def test_the_sample_handbook_is_uploaded_as_it_is():
    found = wanted(Path("samples/handbook"), BASE, {}, URI)
    assert len(found.items) >= 20
    for each in (one for one in found.items.values() if one.is_metadata):
        assert groups(parse(each.read()))


def test_cells_become_numbers_flags_lists_and_texts_and_empty_ones_nothing(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(
        "\ufeffdocument,groups,year,price,code,draft,tags,note\n"
        'a.md,staff; finance,2026,1.5,007,TRUE,a;b,"one, two"\n'
        "規定/b.md,42,,,,,,\n"
    )
    assert read_table(table) == {
        "a.md": {
            "groups": ["staff", "finance"],
            "year": 2026,
            "price": 1.5,
            "code": "007",
            "draft": True,
            "tags": ["a", "b"],
            "note": "one, two",
        },
        "規定/b.md": {"groups": ["42"]},
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file,groups\na.md,staff\n", "no column 'document'"),
        ("", "no column 'document'"),
        ("document,year,year\na.md,1,2\n", "column 'year'"),
        ("document,\na.md,1\n", "column ''"),
        ("document,year\na.md\n", "line 2: not as many cells"),
        ("document,year\na.md,1,2\n", "line 2: not as many cells"),
        ("document,year\n,1\n", "line 2: names no document"),
        ("document,year\na.md,1\na.md,2\n", "a.md: has two rows"),
    ],
)
def test_a_table_that_is_not_right_is_refused_with_its_line(tmp_path, text, told):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(OperateError) as error:
        read_table(tmp_path / "table.csv")
    assert told in str(error.value)


def test_a_table_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "table.csv").write_bytes("document\nガ.md\n".encode("shift_jis"))
    with pytest.raises(OperateError, match="cannot be read"):
        read_table(tmp_path / "table.csv")
