"""What `.local/` remembers between commands, so that a second `up` finds what the first started."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local.children import Child

Service = Literal["model", "cloud"]
# In the order in which they start: the cloud asks the model.
SERVICES: tuple[Service, ...] = ("model", "cloud")
DEFAULT_DIRECTORY = Path(__file__).parent.parent / ".local"


@dataclass(frozen=True)
class Home:
    """A directory that holds everything one embedded AWS writes; two homes never meet."""

    directory: Path = DEFAULT_DIRECTORY

    @property
    def ca_file(self) -> Path:
        """The only authority that clients of this cloud have to trust."""
        return self.directory / "ca.pem"

    @property
    def certificate_file(self) -> Path:
        """The server's certificate with its chain."""
        return self.directory / "server.pem"

    @property
    def key_file(self) -> Path:
        """The certificate's private key, readable by its owner alone."""
        return self.directory / "server.key"

    @property
    def vectors(self) -> Path:
        """Embeddings by the hash of their text; they outlive `down`."""
        return self.directory / "vectors"

    @property
    def ingestion_faults(self) -> Path:
        """How many of a hundred documents fail once when they are ingested; no file: none."""
        return self.directory / "ingestion-faults"

    @property
    def temporary(self) -> Path:
        """Where the cloud unpacks functions; its path also marks their processes as ours."""
        return self.directory / "tmp"

    def log(self, service: Service) -> Path:
        """Standard output and error of a service."""
        return self.directory / f"{service}.log"


@dataclass(frozen=True)
class Remembered:
    """The ports that were chosen, and the processes that were started on them."""

    ports: dict[Service, int]
    children: dict[Service, Child]


def recall(home: Home) -> Remembered:
    """Read what is remembered; nothing at all in a new home."""
    file = home.directory / "state.json"
    if not file.is_file():
        return Remembered(ports={}, children={})
    stored = json.loads(file.read_text(encoding="utf-8"))
    children = {name: Child(**child) for name, child in stored["children"].items()}
    return Remembered(ports=stored["ports"], children=children)


def remember(home: Home, remembered: Remembered) -> None:
    """Write it whole or not at all: a reader never sees half a file."""
    children = {name: vars(child) for name, child in remembered.children.items()}
    text = json.dumps({"ports": remembered.ports, "children": children}, indent=2)
    home.directory.mkdir(parents=True, exist_ok=True)
    draft = home.directory / "state.json.new"
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(home.directory / "state.json")


def choose_port(preferred: int | None, avoid: tuple[int, ...] = ()) -> int:
    """`preferred` if nobody listens there, otherwise one that the system finds free."""
    if preferred is not None and preferred not in avoid and _is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return choose_port(None, avoid) if found in avoid else found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
