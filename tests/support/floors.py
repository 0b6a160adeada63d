"""Coverage floors by layer: one average would let a bare kernel hide behind well-tested checks."""

import io
import tomllib
from pathlib import Path

import coverage

ROOT = Path(__file__).parents[2]


def floors() -> dict[str, float]:
    """Pattern of files → least percentage, as pyproject.toml states them."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["tool"]["rempart"]["coverage-floors"])


def below(data: coverage.Coverage) -> list[str]:
    """One sentence for each layer that is under its floor; an empty layer is under nothing."""
    found = []
    for pattern, floor in floors().items():
        try:
            measured = data.report(include=[str(ROOT / pattern)], file=io.StringIO())
        except coverage.exceptions.NoDataError:
            continue
        if measured < floor:
            found.append(f"coverage of {pattern} is {measured:.2f} %, its floor is {floor} %")
    return found
