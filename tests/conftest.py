"""What holds for every test: parts that are named, a network that is cut, coverage with floors."""

import os
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

from support.floors import below
from support.parts import INSTALL, LOOPBACK, missing, under_ci

pytest_plugins = ["plugins.samba", "plugins.sites", "plugins.tls"]

FAILED_FLOORS = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that names a domain controller may speak to it; nothing else leaves the process.

    Tests in a browser run apart from the others (`pytest -m e2e`): Playwright keeps its event loop
    running in the process, where other tests could neither run theirs nor use the same connection
    to the database.

    A live server that a busy machine starves fails a test in twenty thousand: what speaks to one is tried
    once more, and said. What speaks to nobody is not: there a failure at random is a defect.
    """
    for item in items:
        if any("samba" in mark.args for mark in item.iter_markers("needs")):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
        if "browser_name" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.e2e)
        if any(item.get_closest_marker(name) for name in ("e2e", "needs", "allow_hosts")):
            item.add_marker(pytest.mark.flaky(reruns=1))
    apart = [item for item in items if item.get_closest_marker("e2e")]
    if config.option.markexpr != "e2e" and len(apart) != len(items):
        config.hook.pytest_deselected(items=apart)
        items[:] = [item for item in items if not item.get_closest_marker("e2e")]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes name no test: an archive bears its time, and two workers would not collect the same names."""
    return argname if isinstance(val, bytes) and len(val) > 8 else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip for a missing part, with the reason; fail under CI, where every part must be there."""
    for mark in item.iter_markers("needs"):
        for part in mark.args:
            if reason := missing(part):
                message = f"needs {part}: {reason} ({INSTALL})"
                if under_ci():
                    pytest.fail(message, pytrace=False)
                pytest.skip(message)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Once pytest-cov has written its data, hold each layer to its floor."""
    result = yield
    config = session.config
    part = any(config.getoption(name) for name in ("file_or_dir", "keyword"))
    part = part or config.getoption("markexpr") == "e2e"
    if not part and config.getoption("cov_source", None) and not hasattr(config, "workerinput"):
        data = coverage.Coverage(config_file=str(config.rootpath / "pyproject.toml"))
        data.load()
        config.stash[FAILED_FLOORS] = failed = below(data)
        session.testsfailed += len(failed)
    return result


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say which floor was missed, before the closing line."""
    for sentence in config.stash.get(FAILED_FLOORS, []):
        terminalreporter.write_line(f"FAILED {sentence}", red=True)


@pytest.fixture(autouse=True)
def _same_umask() -> Generator[None, None, None]:
    """A command of the platform keeps its files to itself: not those of the servers of the tests that follow."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium: the browsers of Playwright are not in the locks, and are not fetched."""
    return {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the project."""
    return Path(__file__).parents[1]
