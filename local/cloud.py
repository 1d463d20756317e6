"""The embedded AWS: MiniStack with its gaps closed, on loopback (`python -m local.cloud`)."""

import os
import sys
from pathlib import Path

from local.client_environment import client_environment
from local.state import Home, recall

# MiniStack is told where a request comes from by its signature; this is only its fallback.
FALLBACK_REGION = "us-east-1"


def settings(home: Home) -> dict[str, str]:
    """The environment of the server, which its Lambda processes inherit."""
    ports = recall(home).ports
    return {
        **client_environment(home, FALLBACK_REGION),
        "GATEWAY_PORT": str(ports["cloud"]),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": FALLBACK_REGION,
        "MINISTACK_BEDROCK_PROXY_URL": f"http://127.0.0.1:{ports['model']}",
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(home.certificate_file),
        "MINISTACK_SSL_KEY": str(home.key_file),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # No Docker: a socket that is not there keeps the SDK from being asked.
        "DOCKER_HOST": f"unix://{home.directory / 'no-docker.sock'}",
        "LAMBDA_EXECUTOR": "local",
        "PERSIST_STATE": "0",
        "STATE_DIR": str(home.directory / "services"),
        "S3_DATA_DIR": str(home.directory / "objects"),
        "TMPDIR": str(home.temporary),
    }


def main() -> None:
    """Serve the home that the only argument names."""
    home = Home(Path(sys.argv.pop(1)))
    home.temporary.mkdir(parents=True, exist_ok=True)
    os.environ.clear()
    os.environ.update(settings(home))
    # MiniStack reads its settings while it is imported, so not before they are made.
    from ministack import app

    from local.gaps import close_all

    close_all(home)
    app.main()


if __name__ == "__main__":
    main()
