"""One API key for the local platform: made once, kept in `.local/`, and put into the keys table.

The table holds its SHA-256, as `lambda/gateway/authorizer.py` looks it up.
"""

import hashlib
import os
import secrets
from pathlib import Path

from config.schema import Environment
from local.session import client
from local.state import Home


def ensure_key(home: Home, environment: Environment) -> str:
    """The key of the environment's first tenant, valid on the platform that runs now."""
    key = _stored(home.directory / "api-key")
    row = {
        "key_hash": {"S": hashlib.sha256(key.encode()).hexdigest()},
        "tenant": {"S": next(iter(environment.tenants))},
    }
    with client(home, "dynamodb", environment.region) as dynamodb:
        dynamodb.put_item(TableName=f"strata-{environment.name}-keys", Item=row)
    return key


def _stored(file: Path) -> str:
    if not file.is_file():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as new:
            new.write(f"sk-strata-{secrets.token_urlsafe(32)}")
    return file.read_text()
