"""A small real HTTP server in Rasa's place, to provoke what a working Rasa never does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]
#: What it answers: a status and a body, JSON or raw bytes.
Behaviour = Callable[[Body], tuple[int, Any]]


def echo(asked: Body) -> tuple[int, Any]:
    """Answer with the words it was given."""
    words = asked.get("text") or asked.get("payload")
    return 200, {"messages": [{"text": f"you said {words}"}], "parse": {"intent": {"name": "echo"}}, "language": "en"}


class StandIn:
    """Listens on a port of its own; ``behave`` may be changed while it runs."""

    def __init__(self, port: int = 0) -> None:
        self.behave: Behaviour = echo
        self.asked: list[Body] = []
        self.secrets: set[str | None] = set()
        self.release = threading.Event()  # what "slow" waits for
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse from here on."""
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    def slow(self, asked: Body) -> tuple[int, Any]:
        """Answer only once released."""
        self.release.wait(30)
        return echo(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, {"status": "ok"})

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stand_in.asked.append(asked)
                stand_in.secrets.add(self.headers["X-Aisle-Secret"])
                self._answer(*stand_in.behave(asked))

            def _answer(self, status: int, body: Any) -> None:
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *arguments: Any) -> None:
                """Keep quiet."""

        return Handler
