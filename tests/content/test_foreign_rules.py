"""Rules of other tools: every check that they name exists, and the first pattern that fits wins."""

from collections.abc import Callable
from types import ModuleType

import pytest

from rempart.content import exposure_versions as versions_module, foreign_rules as foreign_module
from rempart.content.exposure_catalogue import exposure_checks
from rempart.content.exposure_versions import version_names
from rempart.content.fingerprints import exposure_products
from rempart.content.foreign_rules import check_of, foreign_file, foreign_rules, related_checks
from rempart.kernel.errors import InvalidContent


def test_every_rule_speaks_of_a_check_that_exists() -> None:
    named = {rule.check for rules in foreign_rules().values() for rule in rules}
    assert named - set(exposure_checks()) == set()


def test_no_rule_is_hidden_by_an_earlier_one() -> None:
    hidden = [
        (tool, rule.rule)
        for tool, rules in foreign_rules().items()
        for rule in rules
        if "*" not in rule.rule and rule.told == "*" and check_of(tool, rule.rule) != rule.check
    ]
    assert hidden == []


def test_what_is_told_chooses_between_two_checks_of_one_rule() -> None:
    assert (
        check_of("testssl", "cert_expirationStatus", "expires < 30 days (29)") == "tls_expires_soon"
    )
    assert check_of("testssl", "cert_expirationStatus <hostCert#1>", "expired") == "tls_expired"
    assert check_of("testssl", "nothing-such") == check_of("no tool", "SSLv3") == ""


@pytest.mark.parametrize(
    ("module", "reader"), [(foreign_module, foreign_file), (versions_module, version_names)]
)
def test_a_reference_that_does_not_fit_is_refused(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, reader: Callable[[], object]
) -> None:
    monkeypatch.setattr(module, "read_yaml", lambda path: {"tools": 3})
    with pytest.raises(InvalidContent, match="reference/exposure_"):
        reader.__wrapped__()  # type: ignore[attr-defined]


def test_a_tool_that_looks_at_less_than_we_do_clears_nothing() -> None:
    assert check_of("testssl", "PFS", "offered") == "tls_static_rsa"
    assert check_of("testssl", "PFS", "offered", says="passed") == ""
    assert check_of("testssl", "SSLv3", "not offered", says="passed") == "tls_sslv3"


def test_a_tool_cannot_be_the_same_as_one_without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"revised_on": "2026-11-22", "tools": {}, "same": {"a": "b"}}
    monkeypatch.setattr(foreign_module, "read_yaml", lambda path: told)
    with pytest.raises(InvalidContent, match="« b » n’a pas de règles"):
        foreign_file.__wrapped__()


def test_checks_that_give_reason_to_each_other_are_checks_of_ours() -> None:
    named = {name for check, others in related_checks().items() for name in (check, *others)}
    assert named <= set(exposure_checks())
    assert check_of("masscan", "service/telnet") == "service_telnet"


def test_every_product_with_other_names_is_a_known_product() -> None:
    assert set(version_names()) - set(exposure_products()) == set()
