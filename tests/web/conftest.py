"""The cast and their browsers, over real rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from factories.establishments import a_ght, an_establishment, an_operator
from factories.people import a_person
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core import protection
from rempart.web.core.scope import Level, Role


@pytest.fixture(autouse=True, scope="session")
def _the_journal_can_be_emptied_between_tests() -> Iterator[None]:
    """A test with real transactions empties its tables at its end, which the database refuses for the journal."""
    plain = TransactionTestCase._fixture_teardown

    def emptied(self: TransactionTestCase) -> None:
        with protection.lifted(connection):
            plain(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


@dataclass
class Cast:
    """Who acts in the tests; `home` is Alice's nursing home, `hospital` is of Bob's GHT, `far` is Charlie's."""

    alice: User
    bob: User
    charlie: User
    rose: User
    nadia: User
    home: Establishment
    hospital: Establishment
    far: Establishment


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice (référente), Bob (RSSI of a GHT), Charlie (another region), Rose (ARS), Nadia (national CERT)."""
    hospital_operator = an_operator("220000012", name="CH de démonstration", department="22")
    a_ght("BRE-07", hospital_operator)
    far_operator = an_operator(
        "130000001", name="Gestionnaire du Sud", department="13", region="93"
    )
    return Cast(
        home=an_establishment(),
        hospital=an_establishment(
            "220000020",
            name="Centre hospitalier de démonstration",
            category="355",
            department="22",
            municipality="Saint-Brieuc",
            operator=hospital_operator,
        ),
        far=an_establishment(
            "130000019",
            name="EHPAD du Sud",
            department="13",
            region="93",
            municipality="Marseille",
            operator=far_operator,
        ),
        alice=a_person("alice@exemple.test", Role.REFERENT, Level.ESTABLISHMENT, "350000019"),
        bob=a_person("bob@exemple.test", Role.RSSI, Level.GROUPING, "BRE-07"),
        charlie=a_person("charlie@exemple.test", Role.REFERENT, Level.ESTABLISHMENT, "130000019"),
        rose=a_person("rose@exemple.test", Role.REGIONAL_OFFICER, Level.REGION, "53"),
        nadia=a_person("nadia@exemple.test", Role.NATIONAL_CERT),
    )


@pytest.fixture
def browser_of(cast: Cast) -> Iterator[object]:
    """A test client, signed in as someone of the cast: `browser_of("alice")`, or nobody: `browser_of(None)`."""

    def signed_in(name: str | None) -> Client:
        client = Client()
        if name:
            client.force_login(getattr(cast, name))
        return client

    yield signed_in
