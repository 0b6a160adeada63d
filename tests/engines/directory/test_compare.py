"""Two reports of one directory."""

from datetime import date

import msgspec
import pytest

from rempart.content.catalogue import directory_catalogue
from rempart.engines.directory.compare import compare
from rempart.engines.directory.report import Report
from rempart.engines.directory.run import audit
from rempart.kernel.errors import UnreadableSource
from support.sketch import Sketch


def report() -> Report:
    return audit(
        [Sketch().build()],
        catalogue=directory_catalogue(),
        today=date(2026, 11, 21),
        tool_version="0",
    )


def test_reports_of_different_directories_are_refused() -> None:
    one = report()
    other = msgspec.structs.replace(
        one, domains=[msgspec.structs.replace(d, id="S-1-5-21-9-9-9") for d in one.domains]
    )
    with pytest.raises(UnreadableSource, match="même annuaire"):
        compare(one, other)


def test_a_control_that_the_older_report_did_not_know_is_not_news() -> None:
    new = report()
    old = msgspec.structs.replace(new, controls=new.controls[1:])
    assert all(d.control != new.controls[0].id for d in compare(old, new).differences)
