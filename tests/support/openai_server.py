"""A model's server that says what it is told to: responses and chat completions over real HTTP, on a free local port.

Each reply is given to one request, in order; the last one goes on. What was asked stands in `requests`. It lives in a
thread of its own, so that workers in this process and in others can ask it.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation, in either style."""
        said = self.body["input"] if self.path == RESPONSES else self.body["messages"]
        return list(said)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What the first message of the user consists of."""
        content = next(each["content"] for each in self.messages if each["role"] == "user")
        return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)

    @property
    def text(self) -> str:
        """Everything that was said in words."""
        rules = str(self.body.get("instructions", ""))
        said = [each["content"] for each in self.messages]
        parts = [part.get("text", "") for each in said if isinstance(each, list) for part in each]
        return "\n".join([rules, *(each for each in said if isinstance(each, str)), *parts])


@dataclass(frozen=True, slots=True)
class Say:
    """One reply. `text` is the model's own; `raw` is the whole body instead; `short` ends before its end."""

    text: str = ""
    refusal: bool = False
    cut: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    usage: tuple[int, int] | None = (100, 20)
    raw: bytes | None = None
    hang: bool = False
    drip: bool = False
    short: bool = False

    def body(self, path: str) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.status != 200:
            return json.dumps({"error": {"message": "no: your key is sk-test-secret", "code": None}}).encode()
        return json.dumps(self._responses() if path == RESPONSES else self._chat()).encode()

    def _responses(self) -> dict[str, Any]:
        part = {"type": "refusal", "refusal": "No."} if self.refusal else {"type": "output_text", "text": self.text}
        usage = self.usage and {"input_tokens": self.usage[0], "output_tokens": self.usage[1], "total_tokens": 0}
        return {
            "id": "r1", "object": "response", "model": "told-by-server", "usage": usage,
            "status": "incomplete" if self.cut else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if self.cut else None,
            "output": [{"type": "reasoning", "summary": []}, {"type": "message", "content": [part]}],
        }  # fmt: skip

    def _chat(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": None if self.refusal else self.text}
        if self.refusal:
            message["refusal"] = "No."
        choice = {"index": 0, "message": message, "finish_reason": "length" if self.cut else "stop"}
        usage = self.usage and {"prompt_tokens": self.usage[0], "completion_tokens": self.usage[1], "total_tokens": 0}
        return {"id": "c1", "object": "chat.completion", "model": "told-by-server", "choices": [choice], "usage": usage}


def answer(values: Any, confidence: Any = 0.95, **more: Any) -> Say:
    """What a model says that does as it is asked."""
    whole = {"values": values, "confidence": confidence, "explanation": "It says so.", "basis": [], **more}
    return Say(json.dumps(whole))


def status(code: int, **headers: str) -> Say:
    """A refusal by HTTP."""
    return Say(status=code, headers={name.replace("_", "-"): value for name, value in headers.items()})


Reply = Say | Callable[[Asked], Say]


class OpenAiServer:
    """Use: `with OpenAiServer() as server: server.will(answer({...}))`; its address is `server.url`."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self._replies: list[Reply] = [Say("{}")]
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def will(self, *replies: Reply) -> None:
        """What it says from now on: one each, and the last one again and again."""
        with self._lock:
            self._replies = list(replies)

    def __enter__(self) -> OpenAiServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _next(self, asked: Asked) -> Say:
        with self._lock:
            self.requests.append(asked)
            reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return reply if isinstance(reply, Say) else reply(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                body = json.loads(self.rfile.read(length))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with contextlib.suppress(OSError):  # the client hung up: that is often what a test is about
                    self._reply(server._next(Asked(self.path, headers, body)))

            def _reply(self, say: Say) -> None:
                if say.hang:
                    server._over.wait()
                    self.close_connection = True
                    return
                body = say.body(self.path)
                self.send_response(say.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body) + 100 * say.short))
                self.close_connection = self.close_connection or say.short
                for name, value in say.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in _pieces(body, say.drip):
                    self.wfile.write(piece)
                    if say.drip and server._over.wait(0.05):
                        return

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def _pieces(body: bytes, drip: bool) -> Iterator[bytes]:
    """The whole, or byte for byte."""
    step = 1 if drip else len(body) or 1
    return (body[at : at + step] for at in range(0, len(body), step))


def wait_for(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Until it holds; fails the test where it does not in the end."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
