"""The door of the demonstration."""

import pytest
from django.test import Client

from rempart.web.demo import registry, seed
from rempart.web.demo.people import HOME, PEOPLE


def test_without_the_setting_there_is_no_door(db: None, client: Client) -> None:
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/alice/").status_code == 404


@pytest.mark.urls("support.demo_urls")
def test_even_with_its_address_the_door_is_closed_outside_a_demonstration(
    db: None, client: Client
) -> None:
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/alice/").status_code == 404


def test_the_door_names_everyone_and_says_that_they_are_invented(
    door: None, peopled: None, client: Client
) -> None:
    page = client.get("/demo/").content.decode()
    assert [p.last_name for p in PEOPLE if p.last_name not in page] == []
    assert "Licence Ouverte" in page


def test_one_enters_as_someone_and_leaves_as_another(
    door: None, peopled: None, client: Client
) -> None:
    assert client.post("/demo/alice/").url == "/"  # type: ignore[attr-defined]
    assert client.get(f"/etablissements/{HOME}/").status_code == 200
    client.post("/demo/charlie/")
    assert client.get(f"/etablissements/{HOME}/").status_code == 404


def test_a_stranger_does_not_enter_and_a_link_is_not_enough(
    door: None, peopled: None, client: Client
) -> None:
    assert client.post("/demo/mallory/").status_code == 404
    assert client.get("/demo/alice/").status_code == 405
    assert "_auth_user_id" not in client.session


def test_an_empty_database_is_told_from_a_filled_one(db: None) -> None:
    assert not seed.is_filled()
    registry.fill_people()
    assert seed.is_filled()
