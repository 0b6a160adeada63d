"""What each of the fifty people does: mostly look, sometimes write, and remember what the server acknowledged."""

import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

WORDS = ("genets", "rennes", "hospitalier", "ehpad", "brest", "dialyse", "saint malo", "clinique")
PAUSE = (0.4, 1.6)


@dataclass(frozen=True, slots=True)
class Person:
    """Who works: a session for pages, a token for programs, a place, and a report to deposit."""

    email: str
    cookie: str
    token: str
    finess: str
    report: bytes
    seed: int


@dataclass
class Tally:
    """What everyone saw; appended to by all threads."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    actions: dict[int, str] = field(default_factory=dict)
    audits: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def seen(self, what: str, seconds: float) -> None:
        """One answer came."""
        with self.lock:
            self.times[what].append(seconds)

    def table(self) -> str:
        """Count, median and 95th centile of each kind, in milliseconds."""
        lines = [f"{'':12}{'count':>8}{'p50 ms':>10}{'p95 ms':>10}"]
        every = dict(self.times) | {"all": [t for found in self.times.values() for t in found]}
        for what, found in every.items():
            ordered = sorted(found) or [0.0]
            middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
            lines.append(f"{what:12}{len(found):8}{middle * 1000:10.0f}{high * 1000:10.0f}")
        return "\n".join(lines)


class Caller:
    """One person's connection; a fault is written down, never hidden."""

    def __init__(self, person: Person, port: int, tally: Tally) -> None:
        self.person, self.tally = person, tally
        self.wire = HTTPConnection("127.0.0.1", port, timeout=120)

    def page(self, what: str, path: str) -> None:
        """Look at a page, with the session."""
        self._ask(what, "GET", path, None, {"Cookie": f"sessionid={self.person.cookie}"})

    def api(self, what: str, method: str, path: str, body: Any = None) -> Any:
        """Call the API; None when it failed."""
        data = json.dumps(body).encode() if body is not None else None
        headers = self._token() | {"Content-Type": "application/json"}
        return self._ask(what, method, f"/api/v1/{path}", data, headers)

    def deposit(self, content: bytes) -> Any:
        """Send a report as a form does."""
        mark = "limite"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="report.json"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        headers = self._token() | {"Content-Type": f"multipart/form-data; boundary={mark}"}
        path = f"/api/v1/establishments/{self.person.finess}/audits"
        return self._ask("deposit", "POST", path, body, headers)

    def _token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.person.token}"}

    def _ask(
        self, what: str, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Any:
        began = time.perf_counter()
        try:
            self.wire.request(method, path, body, headers)
            answer = self.wire.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as fault:
            self.tally.errors.append(f"{method} {path}: {fault!r}")
            self.wire.close()
            return None
        self.tally.seen(what, time.perf_counter() - began)
        if answer.status >= 300:
            self.tally.errors.append(f"{method} {path}: {answer.status} {content[:200]!r}")
            return None
        return json.loads(content) if path.startswith("/api/") else content


def live(person: Person, port: int, end: float, tally: Tally) -> None:
    """Work until the end: look, search, write, close, deposit."""
    dice, caller = random.Random(person.seed), Caller(person, port, tally)
    mine: list[int] = []
    time.sleep(dice.random() * 2)
    rank = 0
    while time.monotonic() < end:
        rank += 1
        throw = dice.random()
        if throw < 0.30:
            caller.api(
                "search", "GET", f"establishments?search={dice.choice(WORDS).replace(' ', '+')}"
            )
        elif throw < 0.65:
            caller.page("page", f"/etablissements/{person.finess}/")
        elif throw < 0.75:
            caller.api("plan", "GET", f"actions?establishment={person.finess}")
        elif throw < 0.90:
            _create(caller, dice, mine)
        elif throw < 0.985:
            _close(caller, mine.pop()) if mine else _create(caller, dice, mine)
        else:
            _deposit(caller, rank)
        time.sleep(dice.uniform(*PAUSE))


def _create(caller: Caller, dice: random.Random, mine: list[int]) -> None:
    path = f"establishments/{caller.person.finess}/actions"
    made = caller.api("create", "POST", path, {"title": f"Action {dice.randrange(10**9)}"})
    if made:
        mine.append(made["id"])
        with caller.tally.lock:
            caller.tally.actions[made["id"]] = made["state"]


def _close(caller: Caller, action: int) -> None:
    event = {"event": "close", "proof": "Fait."}
    closed = caller.api("close", "POST", f"actions/{action}/events", event)
    if closed:
        with caller.tally.lock:
            caller.tally.actions[action] = closed["state"]


def _deposit(caller: Caller, rank: int) -> None:
    day = f"2026-{1 + rank // 28 % 10:02d}-{1 + rank % 28:02d}"
    found = caller.deposit(caller.person.report.replace(b"2026-11-21", day.encode()))
    if found:
        with caller.tally.lock:
            caller.tally.audits.add(found["audit"])
