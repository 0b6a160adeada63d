"""Sessions kept in the database, each with whom it is of and what that person recognises it by.

The number in the cookie is the secret of a session, and is never shown: a page names a session by its `handle`.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from rempart.web.core.models import Session
from rempart.web.core.policy import View

log = logging.getLogger(__name__)

FROM: Final = "opened_from"
OFTEN: Final = timedelta(minutes=10)


class SessionStore(db.SessionStore):
    """The store of Django, whose rows say more."""

    seen_at: datetime | None = None
    where: Callable[[], tuple[str, str]] | None = None
    _written: tuple[str | None, bytes] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Our rows."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of these contents."""
        row = cast(Session, super().create_model_instance(data))
        said = data.get(FROM, {})
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.browser, row.address = said.get("browser", ""), said.get("address", "")
        row.opened_at = datetime.fromisoformat(said["at"]) if "at" in said else None
        row.seen_at = self.seen_at = timezone.now()
        return row

    def save_once(self) -> None:
        """Write it now, and not again at the end of the request unless it changes."""
        self.save()
        self._written = self._contents()

    def _contents(self) -> tuple[str | None, bytes]:
        return self.session_key, self.serializer().dumps(dict(self.items()))

    def save(self, must_create: bool = False) -> None:
        """Write it. A database that cannot be written is said as such: the library would say a lost session."""
        if self._written and not must_create and self._written == self._contents():
            return
        if self.where and SESSION_KEY in self and FROM not in self:
            browser, address = self.where()
            now = timezone.now().isoformat()
            self[FROM] = {"browser": browser[:80], "address": address[:60], "at": now}
        try:
            super().save(must_create)
        except UpdateError as fault:
            if isinstance(fault.__context__, OperationalError):
                raise fault.__context__ from None
            raise

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]  # the stubs leave it out
        self.seen_at = row.seen_at if row else None
        return row


def comes_from(store: Any, where: Callable[[], tuple[str, str]]) -> None:
    """Give a session what says its browser and its network; asked once, when a person has signed in."""
    store.where = where


def written_together(view: View) -> View:
    """A view whose rows and session are written all or none: a password is not changed for a session that is lost."""

    @wraps(view)
    def whole(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with transaction.atomic():
            response = view(request, *args, **kwargs)
            if request.session.modified and not request.session.is_empty():
                # It stays modified, so that its cookie is sent: the same contents are not written a second time.
                cast(SessionStore, request.session).save_once()
        return response

    return cast(View, whole)


def seen(store: Any) -> None:
    """Say that a session is in use, every ten minutes; a page never waits for it, nor falls with it."""
    now = timezone.now()
    last = getattr(store, "seen_at", None)
    if last is None or now - last < OFTEN:
        return
    store.seen_at = now
    try:
        with _without_waiting(), transaction.atomic():
            Session.objects.filter(pk=store.session_key).update(seen_at=now)
    except DatabaseError as fault:
        log.info("a session could not be marked as in use: %s", fault)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """An embedded database has one writer, which may be an import of a minute: a page does not stand behind it."""
    if connection.vendor != "sqlite":
        yield
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5)) * 1000
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def handle_of(session_key: str | None) -> str:
    """What pages call a session: it leads to it, and does not open it."""
    return hashlib.sha256(f"rempart:{session_key}".encode()).hexdigest()[:24]


def close(user_id: int, *, but: str | None = None) -> int:
    """End the sessions of a person, but for one; gives how many there were."""
    ended, _ = Session.objects.filter(user_id=user_id).exclude(session_key=but or "").delete()
    return ended
