"""The gateway's functions behind a small HTTP server, as API Gateway and Lambda would host them.

    python -m tests.load.server [--port 0] [--processes 1] [--log FILE]

It runs in an asset's folder (`tests/load/asset.py`): settings.json is the functions' own. A test
tool: a thread a connection, an execution environment a request. SIGTERM lets every request that is
on its way end, and then the process.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import sys
import threading
import time
import traceback

from gateway.settings import settings
from tests.load import routes
from tests.load.authorizers import Authorizers, Refused
from tests.load.environments import Context, Pool
from tests.load.events import event
from tests.load.http import Asked, BadRequest, Connection
from tests.load.telling import JSON, error, refuse, tell

_DRAIN_S = 30.0


class Stop(Exception):
    """SIGTERM has come."""


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._pool, self._authorizers = Pool(), Authorizers()
        self._busy: set[Connection] = set()
        self._idle: set[Connection] = set()
        self._draining = False
        self._lock = threading.Lock()

    def run(self) -> None:
        """Until SIGTERM, and then until the last request has its answer."""
        with contextlib.suppress(Stop):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[sock], daemon=True).start()
        self._listener.close()
        self._drain()

    def _drain(self) -> None:
        with self._lock:
            self._draining = True
            for connection in self._idle:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RD)
        until = time.monotonic() + _DRAIN_S
        while self._busy and time.monotonic() < until:
            time.sleep(0.01)

    def _serve(self, sock: socket.socket) -> None:
        connection = Connection(sock)
        try:
            with contextlib.suppress(OSError), sock:
                while self._serve_one(connection):
                    pass
        finally:
            self._busy.discard(connection)

    def _serve_one(self, connection: Connection) -> bool:
        """Whether the connection stays open."""
        try:
            asked = self._next(connection)
        except BadRequest:
            connection.write(400, JSON, error(400, "bad_request", "Not HTTP."), stays=False)
            return False
        return asked is not None and self._answer(connection, asked)

    def _next(self, connection: Connection) -> Asked | None:
        """Nobody waits for a connection that waits for its caller."""
        with self._lock:
            self._busy.discard(connection)
            self._idle.add(connection)
        try:
            return connection.read()
        finally:
            with self._lock:
                self._idle.discard(connection)
                self._busy.add(connection)

    def _answer(self, connection: Connection, asked: Asked) -> bool:
        stays = not self._draining and asked.header("connection").lower() != "close"
        route, parameters, allowed = routes.find(asked.method, asked.path)
        if route is None:
            return refuse(connection, allowed, stays=stays)
        environment = self._pool.take()
        try:
            caller = self._authorizers.caller_of(asked)
            made = event(asked, route, parameters, caller)
            context = Context(connection, settings().timeout_s)
            tell(connection, environment.respond(route.module, made, context), stays=stays)
        except Refused as refused:
            body = error(refused.status, refused.code, "Refused before the function.")
            connection.write(refused.status, JSON, body, stays=stays)
        finally:
            self._pool.give_back(environment)
        return stays


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--log", default=os.devnull, help="where the functions' own lines go")
    given = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", given.port), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    os.dup2(os.open(given.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
    signal.signal(signal.SIGTERM, _stop)
    threading.excepthook = _report
    if given.processes == 1:
        Server(listener).run()
        return 0
    return _parent([_child(listener) for _ in range(given.processes)])


def _child(listener: socket.socket) -> int:
    pid = os.fork()
    if pid == 0:
        Server(listener).run()
        os._exit(0)
    return pid


def _parent(children: list[int]) -> int:
    try:
        for pid in children:
            os.waitpid(pid, 0)
    except Stop:
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        for pid in children:
            os.waitpid(pid, 0)
    return 0


def _stop(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stop


def _report(told: threading.ExceptHookArgs) -> None:
    """A bug of this server or of a function: in the log, whole."""
    traceback.print_exception(told.exc_type, told.exc_value, told.exc_traceback, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
