"""The cycle collector is given back as it was."""

import gc
import platform

import pytest

from rempart.kernel.memory import collector_paused, keep_few_arenas


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


def test_few_heaps_are_kept_where_the_library_can() -> None:
    assert keep_few_arenas() is (platform.libc_ver()[0] == "glibc")


def test_elsewhere_than_on_linux_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert keep_few_arenas() is False
