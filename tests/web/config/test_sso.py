"""The identity providers, from the variables of the installation."""

import pytest

from rempart.web.config import sso
from rempart.web.config.env import BadSetting

DISCOVERY = "https://fournisseur.test/api/v2/.well-known/openid-configuration"


@pytest.fixture
def proconnect(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """ProConnect, configured."""
    monkeypatch.setenv("REMPART_PROCONNECT_DISCOVERY", DISCOVERY)
    monkeypatch.setenv("REMPART_PROCONNECT_CLIENT_ID", "rempart")
    monkeypatch.setenv("REMPART_PROCONNECT_CLIENT_SECRET", "secret")
    return monkeypatch


def test_a_provider_that_is_not_configured_is_not_shown() -> None:
    assert sso.apps() == []
    assert sso.origins() == []


def test_a_provider_has_the_rules_that_it_publishes(proconnect: pytest.MonkeyPatch) -> None:
    (app,) = sso.apps()
    assert (app["provider_id"], app["client_id"]) == ("proconnect", "rempart")
    assert app["settings"]["signed_userinfo"] is True
    assert app["settings"]["oauth_pkce_enabled"] is False
    assert sso.origins() == ["https://fournisseur.test"]


def test_the_floor_of_authentication_can_be_raised(proconnect: pytest.MonkeyPatch) -> None:
    proconnect.setenv("REMPART_PROCONNECT_ACR_ALLOWED", "eidas2, eidas3")
    assert sso.apps()[0]["settings"]["acr_allowed"] == ["eidas2", "eidas3"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://fournisseur.test/.well-known/openid-configuration", "https"),
        ("https://fournisseur.test/api/v2", "well-known"),
    ],
)
def test_an_address_in_clear_or_cut_short_is_refused(
    proconnect: pytest.MonkeyPatch, address: str, expected: str
) -> None:
    proconnect.setenv("REMPART_PROCONNECT_DISCOVERY", address)
    with pytest.raises(BadSetting, match=expected):
        sso.apps()


def test_a_provider_without_its_secret_is_said(proconnect: pytest.MonkeyPatch) -> None:
    proconnect.delenv("REMPART_PROCONNECT_CLIENT_SECRET")
    with pytest.raises(BadSetting, match="REMPART_PROCONNECT_CLIENT_SECRET"):
        sso.apps()
