"""Every example of every content file: the check must conclude what the file says."""

import pytest

from rempart.content.directory import DirectoryCheck, Example
from rempart.content.loader import directory_checks
from rempart.engines.directory.examples.run import fault_of, not_clean

EXAMPLES = [
    pytest.param(check, example, id=f"{check.id}: {example.title}")
    for check in directory_checks().values()
    for example in check.examples
]


@pytest.mark.parametrize(("check", "example"), EXAMPLES)
def test_an_example_is_judged_as_its_file_says(check: DirectoryCheck, example: Example) -> None:
    assert fault_of(check, example) == ""


def test_no_control_fails_on_the_healthy_directory() -> None:
    assert not_clean() == []
