"""GitHub's API on a loopback port, as far as a delivery uses it: pages, comments, statuses."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from operate.delivery.github import GitHub

REPOSITORY = "acme/platform"
TOKEN = "a-token"


@dataclass
class Repository:
    """`lists` are what GET answers, page by page; `received` is everything else."""

    lists: dict[str, list[Any]] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    received: list[tuple[str, str, Any]] = field(default_factory=list)
    pages_read: int = 0

    def comments(self, request: int) -> list[Any]:
        return self.lists.setdefault(f"/issues/{request}/comments", [])


@contextmanager
def serving(repository: Repository) -> Iterator[GitHub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(repository))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield GitHub(f"http://127.0.0.1:{server.server_port}", REPOSITORY, TOKEN)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(repository: Repository) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            path = address.path.removeprefix(f"/repos/{REPOSITORY}")
            if path in repository.lists:
                self._page(address, repository.lists[path])
            elif path in repository.objects:
                self._reply(200, repository.objects[path])
            else:
                self._reply(404, {})

        def do_POST(self) -> None:
            self._take("POST")

        def do_PATCH(self) -> None:
            self._take("PATCH")

        def do_DELETE(self) -> None:
            self._take("DELETE")

        def _page(self, address: Any, items: list[Any]) -> None:
            query = parse_qs(address.query)
            size, at = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
            repository.pages_read += 1
            host = f"http://{self.headers['Host']}{address.path}"
            more = f'<{host}?per_page={size}&page={at + 1}>; rel="next"'
            link = more if at * size < len(items) else ""
            self._reply(200, items[(at - 1) * size : at * size], link)

        def _take(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.removeprefix(f"/repos/{REPOSITORY}")
            told = json.loads(body or b"null")
            repository.received.append((method, path, told))
            _apply(repository, method, path, told)
            self._reply(201, {})

        def _reply(self, status: int, body: Any, link: str = "") -> None:
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, body = 401, {}
            content = json.dumps(body).encode()
            self.send_response(status)
            if link:
                self.send_header("Link", link)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing: a test reads what was received."""

    return Handler


def _apply(repository: Repository, method: str, path: str, told: Any) -> None:
    """What a comment's calls do to the comments."""
    made = re.fullmatch(r"/issues/(\d+)/comments", path)
    if method == "POST" and made:
        comments = repository.comments(int(made[1]))
        comments.append({"id": len(comments) + 1, "user": {"type": "Bot"}, **told})
    changed = re.fullmatch(r"/issues/comments/(\d+)", path)
    for comments in repository.lists.values() if changed else ():
        for each in [one for one in comments if str(one.get("id")) == changed[1]]:
            if method == "DELETE":
                comments.remove(each)
            else:
                each.update(told)
