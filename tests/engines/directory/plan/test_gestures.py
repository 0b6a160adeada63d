import numpy as np

from rempart.engines.directory.plan.gestures import _distinct


def test_gestures_are_numbered_alike_however_large_the_directory() -> None:
    random = np.random.default_rng(3)
    columns = [random.integers(0, 3, 200), *(random.integers(-1, 4, 200) for _ in range(3))]
    small, large = _distinct(columns, 6), _distinct(columns, 2**21)
    assert 1 < len(small[0]) < 200
    assert [part.tolist() for part in small] == [part.tolist() for part in large]
    rows = np.stack(columns, axis=1)
    assert (rows[small[0]][small[1]] == rows).all()
