"""One process at a time, and a lock that its holder's death gives back."""

import subprocess
import sys
from pathlib import Path

import pytest

from rempart.kernel.lock import alone

HOLD = """
import sys
from pathlib import Path
from rempart.kernel.lock import alone
with alone(Path(sys.argv[1])) as is_ours:
    print(is_ours, flush=True)
    sys.stdin.readline()
"""


def test_a_second_holder_is_told_and_the_next_one_is_served(tmp_path: Path) -> None:
    with alone(tmp_path / "lock") as first, alone(tmp_path / "lock") as second:
        assert (first, second) == (True, False)
    with alone(tmp_path / "lock") as third:
        assert third is True


@pytest.mark.slow
def test_a_holder_that_is_killed_leaves_nothing_locked(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None and other.stdout.readline().strip() == b"True"
        with alone(tmp_path / "lock") as meanwhile:
            assert meanwhile is False
        other.kill()
    with alone(tmp_path / "lock") as after:
        assert after is True


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), alone(tmp_path / "absent" / "lock"):
        pass
