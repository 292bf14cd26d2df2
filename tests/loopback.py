"""A server on the loopback interface that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    path: str
    headers: dict[str, str]  # names in lower case
    body: Any  # what the JSON says; text, if it is several lines of it


@dataclass
class Reply:
    body: Any = None  # bytes as they are, anything else as JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut: bool = False  # close the connection in the middle of the body


# Elasticsearch's client believes nobody who does not say that he is it.
_HEADERS = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}


class Loopback:
    """Answers with what ``plan`` holds, one for each request, then as ``usual`` says."""

    def __init__(self, usual: Callable[[Request], Any]) -> None:
        self.usual = usual
        self.plan: list[Reply] = []
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer._answer(self)

            do_PUT = do_POST

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: Any) -> None:
                pass  # a client that gave up

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.path, headers, _read(body))
        with self._lock:
            self.requests.append(request)
            reply = self.plan.pop(0) if self.plan else None
        if reply is None:
            reply = Reply(self.usual(request))
        if reply.delay_s:
            self.closing.wait(reply.delay_s)
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        handler.send_response(reply.status)
        for name, value in {**_HEADERS, **reply.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if reply.cut:
            handler.wfile.write(content[: len(content) // 2])
            handler.wfile.flush()
            time.sleep(0.01)
            handler.close_connection = True
            handler.connection.shutdown(2)
        else:
            handler.wfile.write(content)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def _read(body: bytes) -> Any:
    try:
        return json.loads(body or "null")
    except json.JSONDecodeError:
        return body.decode()
