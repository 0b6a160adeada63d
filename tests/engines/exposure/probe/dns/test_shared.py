"""Work asked for by several, done once."""

import asyncio

import pytest

from rempart.engines.exposure.probe.dns.shared import Shared


async def ask(shared: Shared[str, int], made: list[int], seconds: float = 5.0) -> int | None:
    async def make() -> int:
        made.append(1)
        await asyncio.sleep(0.05)
        return 7

    return await shared.get("key", make, asyncio.get_running_loop().time() + seconds)


def test_two_who_ask_at_once_share_the_work() -> None:
    async def act() -> tuple[list[int | None], int]:
        shared: Shared[str, int] = Shared()
        made: list[int] = []
        return await asyncio.gather(*(ask(shared, made) for _ in range(3))), len(made)

    assert asyncio.run(act()) == ([7, 7, 7], 1)


def test_one_who_cannot_wait_goes_without() -> None:
    async def act() -> list[int | None]:
        shared: Shared[str, int] = Shared()
        return await asyncio.gather(ask(shared, []), ask(shared, [], seconds=0.01))

    assert asyncio.run(act()) == [7, None]


def test_when_who_works_is_cut_another_goes_on() -> None:
    async def act() -> tuple[int | None, int]:
        shared: Shared[str, int] = Shared()
        made: list[int] = []
        first = asyncio.create_task(ask(shared, made))
        second = asyncio.create_task(ask(shared, made))
        await asyncio.sleep(0.01)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second, len(made)

    assert asyncio.run(act()) == (7, 2)
