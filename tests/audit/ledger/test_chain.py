"""Nothing can be changed in a ledger, taken out of it or moved, without `verify` saying so."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from audit.ledger.append import append
from audit.ledger.chain import check_head, head, read_chain
from audit.ledger.entry import Tampered, read_entry
from audit.ledger.store import FolderStore, Objects
from tests.audit.ledger.entries import deployment, filled, live


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    folder = tmp_path / "ledger"
    folder.mkdir()
    return FolderStore(folder)


@pytest.fixture
def objects(store: FolderStore) -> Objects:
    filled(store)
    return store.read()


def test_a_ledger_is_read_as_it_was_written(objects):
    chain = read_chain(objects)
    assert [each.number for each in chain] == [1, 2, 3]
    assert [each.content() for each in chain] == [content for _, content in objects]
    check_head(chain, chain[0].hash)


def test_no_bit_of_any_entry_can_be_changed(objects):
    for _, content in objects:
        for at in range(len(content)):
            for bit in range(8):
                changed = bytearray(content)
                changed[at] ^= 1 << bit
                with pytest.raises(Tampered):
                    read_entry(bytes(changed))


def test_no_byte_can_be_left_out_or_added(objects):
    for _, content in objects:
        for at in range(len(content) + 1):
            for changed in (content[:at] + content[at + 1 :], content[:at] + b" " + content[at:]):
                if changed != content:
                    with pytest.raises(Tampered):
                        read_entry(changed)


def removed(objects: Objects, chance: random.Random) -> Objects:
    at = chance.randrange(len(objects) - 1)
    return objects[:at] + objects[at + 1 :]


def swapped(objects: Objects, chance: random.Random) -> Objects:
    first, second = chance.sample(range(len(objects)), 2)
    found = list(objects)
    found[first] = (objects[first][0], objects[second][1])
    found[second] = (objects[second][0], objects[first][1])
    return found


def doubled(objects: Objects, chance: random.Random) -> Objects:
    name = f"{len(objects) + 1:08}.json"
    return [*objects, (name, chance.choice(objects)[1])]


def foreign(objects: Objects, chance: random.Random) -> Objects:
    return [*objects, (f"{chance.randrange(10**6)}.txt", b"")]


def rewritten(objects: Objects, chance: random.Random) -> Objects:
    """With its own hash put right, as someone would who knows how; all but the last entry."""
    at = chance.randrange(len(objects) - 1)
    entry = read_entry(objects[at][1])
    forged = replace(entry, deployment=replace(entry.deployment, approvers=["mallory"]))
    assert read_entry(forged.content()) == forged
    return [*objects[:at], (objects[at][0], forged.content()), *objects[at + 1 :]]


def test_a_thousand_ways_to_tamper_are_all_seen(store):
    filled(store, 12)
    objects, chance = store.read(), random.Random(7)
    for number in range(1_000):
        how = (removed, swapped, doubled, foreign, rewritten)[number % 5]
        with pytest.raises(Tampered):
            read_chain(how(objects, chance))


def test_an_end_cut_off_is_seen_by_who_kept_a_later_hash(objects):
    whole, short = read_chain(objects), read_chain(objects[:-1])
    with pytest.raises(Tampered, match="the end of the ledger is missing"):
        check_head(short, head(whole))


def test_an_entry_cannot_claim_that_something_else_was_live(objects):
    last = read_chain(objects)[-1]
    forged = replace(last, deployment=replace(last.deployment, before=live("other")))
    with pytest.raises(Tampered, match="does not begin with what was live"):
        read_chain([*objects[:-1], (last.name, forged.content())])


def test_nothing_is_appended_to_a_ledger_that_was_changed(store, objects, tmp_path):
    (tmp_path / "ledger" / "00000002.json").unlink()
    with pytest.raises(Tampered):
        append(store, deployment(live()))


def test_who_comes_second_takes_the_next_number(store, objects):
    class Late:
        """Reads, and before it writes, somebody else does."""

        def __init__(self) -> None:
            self.overtaken = False

        def read(self) -> Objects:
            return store.read()

        def create(self, name: str, content: bytes) -> bool:
            if not self.overtaken:
                self.overtaken = True
                append(store, deployment(live("first")))
            return store.create(name, content)

    assert append(Late(), deployment(live("second"))).number == 5
    assert len(read_chain(store.read())) == 5
