"""The cycle collector is given back as it was."""

import gc
import platform

import pytest

from rempart.kernel.memory import collector_paused, collector_relaxed, keep_few_arenas


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_paused_then_as_before(enabled: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with collector_paused():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()
        gc.unfreeze()


def test_an_error_gives_the_collector_back_too() -> None:
    was = gc.isenabled()
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled() is was
    gc.unfreeze()


@pytest.mark.parametrize(("before", "meanwhile"), [(700, 20_000), (50_000, 50_000), (0, 0)])
def test_the_collector_comes_more_rarely_then_as_before(before: int, meanwhile: int) -> None:
    was = gc.get_threshold()
    try:
        gc.set_threshold(before, 10, 10)
        with collector_relaxed():
            assert gc.get_threshold() == (meanwhile, 10, 10)
        assert gc.get_threshold() == (before, 10, 10)
    finally:
        gc.set_threshold(*was)


def test_few_heaps_are_kept_where_the_library_can() -> None:
    assert keep_few_arenas() is (platform.libc_ver()[0] == "glibc")


def test_elsewhere_than_on_linux_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert keep_few_arenas() is False
