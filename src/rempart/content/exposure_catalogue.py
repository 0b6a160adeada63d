"""The content that one exposure audit uses, with its version: what makes a report reproducible."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from rempart.content.exposure import ExposureCheck
from rempart.content.exposure_rules import ScoreRules, score_rules
from rempart.content.loader import content_root, load_folder
from rempart.content.severity import risk_points

_FOLDER: Final = "exposure_checks"
_REFERENCES: Final = (
    "exposure_foreign_rules.yaml",
    "exposure_products.yaml",
    "exposure_score.yaml",
    "exposure_versions.yaml",
    "severities.yaml",
)


@dataclass(frozen=True, slots=True)
class ExposureCatalogue:
    """Checks and rules of the exposure audit; `points` is what each severity weighs, `version` the latest revision
    date of a file, `sha256` the hash of every file of checks and of the tables that verdicts rest on."""

    checks: Mapping[str, ExposureCheck]
    points: Mapping[str, float]
    score: ScoreRules
    version: str
    sha256: str


@cache
def exposure_checks() -> dict[str, ExposureCheck]:
    """Checks of the exposure audit, by id. Raises InvalidContent when a file does not fit its schema."""
    return load_folder(_FOLDER, ExposureCheck)


@cache
def exposure_catalogue() -> ExposureCatalogue:
    """The catalogue as packaged. Raises InvalidContent when a file does not fit its schema."""
    checks, rules = exposure_checks(), score_rules()
    return ExposureCatalogue(
        checks=checks,
        points=risk_points(),
        score=rules,
        version=max([*(c.revised_on for c in checks.values()), rules.revised_on]),
        sha256=_hash(),
    )


def _hash() -> str:
    """SHA-256 over names and contents, line ends made equal so that a Windows checkout gives the same value."""
    folder = content_root() / _FOLDER
    names = sorted(p.name for p in folder.iterdir() if p.name.endswith(".yaml"))
    paths = [(f"{_FOLDER}/{name}", folder / name) for name in names]
    paths += [(f"reference/{name}", content_root() / "reference" / name) for name in _REFERENCES]
    digest = hashlib.sha256()
    for name, path in paths:
        digest.update(f"{name}\0".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
