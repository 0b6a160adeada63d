"""Ends of life as endoflife.date publishes them: the files of the project gathered by product, or its API in full."""

from typing import Any

from rempart.engines.exposure.feeds.bundle import Cycle, Life
from rempart.engines.exposure.feeds.names import key_of_cpe


def lives_of(data: dict[str, Any]) -> tuple[dict[str, Life], str]:
    """The branches of each product, and the newest day that the data name."""
    result = data.get("result")
    if isinstance(result, list):
        rows = {str(row.get("name", "")): row for row in result if isinstance(row, dict)}
        lives = {name: _of_api(row) for name, row in rows.items() if name}
        return lives, str(data.get("generated_at") or data.get("last_modified") or "")[:10]
    lives, newest = {}, ""
    for name, row in data.items():
        lives[name] = _of_file(row)
        for release in row.get("releases") or []:
            newest = max(newest, _day(release.get("latestReleaseDate")))
    return lives, newest


def _of_file(row: dict[str, Any]) -> Life:
    identifiers = (str(i["cpe"]) for i in row.get("identifiers") or [] if "cpe" in i)
    cycles = [
        Cycle(
            str(release.get("releaseCycle", "")),
            _day(release.get("eol")),
            release.get("eol") is True,
            str(release.get("latest") or ""),
            _day(release.get("eoes")),
            str(release.get("codename") or ""),
        )
        for release in row.get("releases") or []
    ]
    return Life(str(row.get("title", "")), _keys(identifiers), cycles)


def _of_api(row: dict[str, Any]) -> Life:
    identifiers = (
        str(i.get("id", "")) for i in row.get("identifiers") or [] if i.get("type") == "cpe"
    )
    cycles = [
        Cycle(
            str(release.get("name", "")),
            _day(release.get("eolFrom")),
            bool(release.get("isEol")) and not release.get("eolFrom"),
            str((release.get("latest") or {}).get("name") or ""),
            _day(release.get("eoesFrom")),
            str(release.get("codename") or ""),
        )
        for release in row.get("releases") or []
    ]
    return Life(str(row.get("label", "")), _keys(identifiers), cycles)


def _keys(cpes: Any) -> list[str]:
    return sorted({key for cpe in cpes if (key := key_of_cpe(cpe))})


def _day(value: Any) -> str:
    text = str(value or "")
    return text[:10] if len(text) >= 10 and text[:4].isdigit() else ""
