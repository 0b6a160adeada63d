"""SYSVOL over SMB, from a real file server."""

import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.engines.directory.collect import smb
from rempart.engines.directory.collect.smb import SysvolUnavailableError, read_sysvol
from rempart.engines.directory.collect.target import Protection, Target
from rempart.engines.directory.policies import DEFAULT_DOMAIN_POLICY, policy_key
from rempart.kernel.progress import Silent
from support.file_server import PASSWORD, USER, sharing
from support.policy_samples import GROUPS, LDAP_KEY, dword, pol

pytestmark = pytest.mark.needs("samba")


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    # Not pytest's folders, which only their owner may enter: the share is read by another account.
    with tempfile.TemporaryDirectory(prefix="rp") as folder:
        yield from _shared(Path(folder))


def _shared(share: Path) -> Iterator[Target]:
    policy = share / "chu.test" / "Policies" / f"{{{DEFAULT_DOMAIN_POLICY}}}"
    for path, data in (
        ("MACHINE/Registry.pol", pol(dword(LDAP_KEY, "LDAPServerIntegrity", 2))),
        ("USER/Preferences/Groups/Groups.xml", GROUPS.encode()),
        ("Adm/Registry.pol", b"not to be read"),
        ("MACHINE/note.txt", b"not to be read either"),
    ):
        (policy / path).parent.mkdir(parents=True, exist_ok=True)
        (policy / path).write_bytes(data)
    (policy.parent / "{11111111-2222-3333-4444-555555555555}").mkdir()
    (policy.parent / "PolicyDefinitions").mkdir()
    share.chmod(0o755)
    with sharing(share) as port:
        yield Target(
            "127.0.0.1", 636, Protection.LDAPS, user=USER, password=PASSWORD, smb_port=port
        )


def test_the_policies_of_the_share_are_read(target: Target) -> None:
    found = read_sysvol(target, "chu.test", Silent())
    assert len(found) == 2
    policy = found[policy_key("chu.test", DEFAULT_DOMAIN_POLICY)]
    value = policy.registry_value(LDAP_KEY, "LDAPServerIntegrity")
    assert value is not None and value.number == 2
    assert [item.account for item in policy.passwords] == ["admin_local"]
    assert policy.unreadable == ()
    assert policy.changed_at is not None and abs(policy.changed_at - time.time()) < 600


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": "faux"}, "refuse le compte"),
        ({"user": "personne"}, "refuse le compte"),
        ({"smb_port": 1}, "rien ne répond"),
    ],
)
def test_a_share_that_cannot_be_read_says_why(
    target: Target, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(SysvolUnavailableError, match=reason):
        read_sysvol(replace(target, **changes), "chu.test", Silent())  # type: ignore[arg-type]


def test_a_share_without_end_is_not_read_for_ever(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smb, "_MAX_FILES", 3)
    with pytest.raises(SysvolUnavailableError, match="plus de 3 fichiers"):
        read_sysvol(target, "chu.test", Silent())


def test_another_domain_has_no_policies_here(target: Target) -> None:
    with pytest.raises(SysvolUnavailableError, match="introuvable"):
        read_sysvol(target, "autre.test", Silent())


def test_a_share_that_hangs_does_not_hold_the_collection(target: Target) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deaf = replace(target, smb_port=silent.getsockname()[1], timeout=0.3)
        started = time.monotonic()
        with pytest.raises(SysvolUnavailableError):
            read_sysvol(deaf, "chu.test", Silent())
    assert time.monotonic() - started < 3
