"""Work that several ask for at the same time, and that is done once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Shared(Generic[K, V]):
    """Who comes first does the work himself, without a task; who comes meanwhile waits for it, as long as he may."""

    __slots__ = ("_flying",)

    def __init__(self) -> None:
        self._flying: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K, make: Callable[[], Awaitable[V]], ends_at: float) -> V | None:
        """What `make` gives, or None at `ends_at` (loop time). When who works is cut, one of those who wait goes on."""
        loop = asyncio.get_running_loop()
        if ends_at <= loop.time():
            return None
        while (flying := self._flying.get(key)) is not None:
            await asyncio.wait({flying}, timeout=max(ends_at - loop.time(), 0))
            if not flying.done():
                return None
            if not flying.cancelled():
                return flying.result()
        mine = self._flying[key] = loop.create_future()
        try:
            made = await make()
        except BaseException:
            mine.cancel()
            raise
        else:
            mine.set_result(made)
            return made
        finally:
            del self._flying[key]
