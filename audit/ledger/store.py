"""Where a ledger lies, a folder or a bucket: entries are created and read, nothing else."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from audit.errors import Unreadable

Objects = list[tuple[str, bytes]]


class Store(Protocol):
    def read(self) -> Objects:
        """(name, content) of every entry. Raises Unreadable, or Tampered."""

    def create(self, name: str, content: bytes) -> bool:
        """Write an entry; False if there is one of this name, which stays as it is."""


def open_store(address: str) -> Store:
    """The ledger at `s3://bucket/prefix`, or in a folder."""
    if address.startswith("s3://"):
        # boto3 is needed for this alone.
        from audit.ledger.bucket import BucketStore

        return BucketStore.at(address)
    return FolderStore(Path(address))


class FolderStore:
    """For tests, and for a copy of a ledger: nothing stops the owner of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> Objects:
        try:
            return [(each.name, each.read_bytes()) for each in sorted(self._folder.iterdir())]
        except OSError as error:
            raise Unreadable(f"no ledger in {self._folder}: {error.strerror}") from error

    def create(self, name: str, content: bytes) -> bool:
        """A link is made whole or not at all, and never over another file."""
        with NamedTemporaryFile(dir=self._folder.parent) as file:
            file.write(content)
            file.flush()
            try:
                os.link(file.name, self._folder / name)
            except FileExistsError:
                return False
        return True
