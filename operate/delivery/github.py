"""GitHub's REST API, as far as a delivery needs it: https://docs.github.com/en/rest."""

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from operate.errors import OperateError

Json = Any
NEXT = re.compile(r'<([^>]+)>; rel="next"')
SECONDS = 30.0


class GitHub:
    """One repository. Every method raises OperateError for what GitHub refuses."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._base, self._token = f"{api}/repos/{repository}", token

    @classmethod
    def here(cls) -> "GitHub":
        """The one whose workflow this is."""
        try:
            names = ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN")
            return cls(*(os.environ[name] for name in names))
        except KeyError as error:
            raise OperateError(f"{error} is not set; a workflow passes it to this step") from None

    def get(self, path: str) -> Json:
        return self._send("GET", f"{self._base}{path}")[0]

    def every(self, path: str) -> Iterator[Json]:
        """Each item of a list, however many pages it has."""
        url = f"{self._base}{path}{'&' if '?' in path else '?'}per_page=100"
        while url:
            items, link = self._send("GET", url)
            yield from items
            found = NEXT.search(link)
            url = found[1] if found else ""

    def send(self, method: str, path: str, body: Json = None) -> Json:
        return self._send(method, f"{self._base}{path}", body)[0]

    def _send(self, method: str, url: str, body: Json = None) -> tuple[Json, str]:
        # A page that a reply names elsewhere would be given the token.
        if not url.startswith(self._base.rpartition("/repos/")[0]):
            raise OperateError("GitHub's reply leads to another host")
        request = urllib.request.Request(url, method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as reply:
                return json.loads(reply.read() or b"null"), reply.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            with error:
                raise OperateError(f"GitHub refused {method} {url} with {error.code}") from None
        except (OSError, ValueError) as error:
            raise OperateError(f"GitHub did not answer {method} {url}: {error}") from None
