"""A cache that every process of an installation shares, in a table: what counts the tries counts them together.

Values are JSON: a cache that unpickled what it reads would let whoever writes the database run code here.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils import timezone

from rempart.web.core.models import Shared

FOREVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class SharedCache(BaseCache):
    """Few values, read and written by all; the night forgets those that have expired (see upkeep)."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, or `default` when there is none or it has expired."""
        found = self._fresh(self._key(key, version)).values_list("value", flat=True).first()
        return default if found is None else json.loads(found)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Write a value over what there was."""
        said = {"value": json.dumps(value), "expires_at": self._expiry(timeout)}
        Shared.objects.update_or_create(key=self._key(key, version), defaults=said)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Write a value where there is none; of two processes at once, one is told yes."""
        name = self._key(key, version)
        said = {"value": json.dumps(value), "expires_at": self._expiry(timeout)}
        try:
            with transaction.atomic():
                Shared.objects.filter(key=name, expires_at__lte=timezone.now()).delete()
                Shared.objects.create(key=name, **said)
        except IntegrityError:
            return False
        return True

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a number; raises ValueError when there is none."""
        name = self._key(key, version)
        with transaction.atomic():
            found = self._fresh(name).select_for_update().first()
            if found is None:
                raise ValueError(f"Key '{key}' not found")
            found.value = json.dumps(json.loads(found.value) + delta)
            found.save(update_fields=["value"])
        return int(found.value)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give a value more time."""
        rows = self._fresh(self._key(key, version))
        return bool(rows.update(expires_at=self._expiry(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value."""
        return bool(Shared.objects.filter(key=self._key(key, version)).delete()[0])

    def clear(self) -> None:
        """Forget everything."""
        Shared.objects.all().delete()

    def _key(self, key: str, version: int | None) -> str:
        return str(self.make_and_validate_key(key, version=version))

    def _fresh(self, name: str) -> Any:
        return Shared.objects.filter(key=name, expires_at__gt=timezone.now())

    def _expiry(self, timeout: Any) -> datetime:
        seconds = self.get_backend_timeout(timeout)
        return FOREVER if seconds is None else datetime.fromtimestamp(seconds, UTC)


def forget_expired() -> int:
    """Forget what has expired; gives how many values there were."""
    return Shared.objects.filter(expires_at__lte=timezone.now()).delete()[0]
