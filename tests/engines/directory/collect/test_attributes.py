"""What is asked: all that the model reads, nothing that is a secret."""

from rempart.engines.directory.collect.attributes import ASKED, ASKED_NAMES, kept
from rempart.engines.directory.entries import attributes as entries_attributes

NEVER_ASKED = {
    # Constructed or mirrored: the server would calculate them for each entry.
    "memberof",
    "msds-isgc",
    "msds-isrodc",
    "msds-resultantpso",
    "msds-revealedlist",
    # About a person, and no check reads it.
    "homedirectory",
    # About a person: used to find accounts that exist twice in a group, when an export has them.
    "mail",
    "employeeid",
}


def test_every_attribute_that_the_model_keeps_is_asked() -> None:
    read = {*entries_attributes.KEPT, *entries_attributes.BLOBS, *entries_attributes.LINKS}
    assert read - ASKED_NAMES - NEVER_ASKED - entries_attributes.SECRETS == set()


def test_no_secret_is_asked() -> None:
    assert not ASKED_NAMES & entries_attributes.SECRETS


def test_no_address_nor_telephone_is_asked() -> None:
    personal = {
        "mail",
        "telephonenumber",
        "mobile",
        "streetaddress",
        "thumbnailphoto",
        "employeeid",
    }
    assert not ASKED_NAMES & personal


def test_everything_is_asked_by_name_and_once() -> None:
    assert "*" not in ASKED
    assert len(ASKED) == len(ASKED_NAMES)


def test_what_was_not_asked_is_dropped() -> None:
    given = {"cn": [b"x"], "member;range=0-1": [b"y"], "unicodepwd": [b"z"], "autre": [b"t"]}
    assert kept(given) == {"cn": [b"x"], "member;range=0-1": [b"y"]}
