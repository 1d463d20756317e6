"""What a prefix should hold: the folder's documents, each with its metadata, all of it judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.knowledge import KnowledgeBase
from operate.errors import OperateError
from operate.knowledge.attributes import Attributes, Malformed, groups, parse, problems, render
from operate.knowledge.folder import Folder, Item, item, read_folder
from operate.knowledge.limits import METADATA, types_of


@dataclass(frozen=True)
class Wanted:
    """Items by their name below the prefix; `left_out` are hidden files and links."""

    items: Mapping[str, Item]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


def wanted(root: Path, base: KnowledgeBase, table: Mapping[str, Attributes], uri: str) -> Wanted:
    """Judge a folder whose documents will be below `uri`; raises OperateError with all problems."""
    if not root.is_dir():
        raise OperateError(f"{root} is no folder")
    folder = read_folder(root, types_of(base))
    folder.problems.extend(_add_table(folder, table))
    attributes = dict(_attributes(folder, uri))
    if folder.problems:
        raise OperateError("\n  ".join(["nothing was uploaded:", *folder.problems]))
    if not folder.documents:
        raise OperateError(f"{root} holds no document: nothing was uploaded, and nothing deleted")
    return Wanted(
        items=folder.items,
        left_out=tuple(folder.left_out),
        warnings=tuple(_warnings(folder, attributes, base)),
    )


def _add_table(folder: Folder, table: Mapping[str, Attributes]) -> Iterator[str]:
    for document, attributes in table.items():
        name = document + METADATA
        if document not in folder.items:
            yield f"{document}: has a row in the table, but is not in the folder"
        elif name in folder.items:
            yield f"{name}: {document} has a row in the table too; only one can be right"
        elif attributes:
            folder.items[name] = item(name, render(attributes))


def _attributes(folder: Folder, uri: str) -> Iterator[tuple[str, Attributes]]:
    """Of each document that has a metadata file which can be read."""
    for each in [one for one in folder.items.values() if one.is_metadata]:
        document = each.name.removesuffix(METADATA)
        if document not in folder.items:
            folder.problems.append(f"{each.name}: there is no document {document}")
            continue
        try:
            attributes = parse(each.read())
        except (Malformed, OSError) as error:
            folder.problems.append(f"{each.name}: {error}")
            continue
        found = problems(attributes, f"{uri}{document}")
        folder.problems.extend(f"{each.name}: {one}" for one in found)
        yield document, attributes


def _warnings(
    folder: Folder, attributes: Mapping[str, Attributes], base: KnowledgeBase
) -> Iterator[str]:
    for each in folder.documents:
        if not each.size:
            yield f"{each.name}: is empty, so nothing of it will be found"
        if base.readers == "groups" and not groups(attributes.get(each.name, {})):
            yield f"{each.name}: has no groups, so nobody may read it"
