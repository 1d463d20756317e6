"""cfripper, in an environment of its own.

.local/cfripper    requirements-peers.txt, by hash: it pins another boto3 than we do
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements-peers.txt"
VENV = ROOT / ".local" / "cfripper"
UV = Path(sys.executable).with_name("uv")


def install() -> Path:
    """The environment's interpreter; nothing changes if it is as locked."""
    where = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    for command in (
        [UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV],
        [UV, "pip", "sync", "--quiet", "--require-hashes", LOCK],
    ):
        subprocess.run(command, env=where, check=True)
    return VENV / "bin" / "python"
