"""Collections that complete each other: a copy of SYSVOL joins the directory of its domain."""

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.merge import forests
from rempart.engines.directory.model import UAC_ALL, Directory, Fact, Kind, Source, Uac
from rempart.engines.directory.policies import PolicyFiles, RegistryValue, policy_key
from rempart.engines.directory.read import sysvol

GUID = "31B2F340-016D-11D2-945F-00C04FB984F9"


def domain(sid: str, name: str) -> Directory:
    builder = Builder()
    builder.describe(builder.row(sid), Kind.DOMAIN, name=name)
    builder.facts.add(Fact.ACCOUNTS)
    return builder.build()


def policies(name: str, value: str = "1") -> Directory:
    builder = Builder()
    setting = RegistryValue("software", "x", value)
    policy = PolicyFiles(name, GUID, registry=(setting,))
    sysvol.fill(builder, {policy_key(name, GUID): policy})
    return builder.build()


def test_a_copy_of_sysvol_joins_its_domain_whatever_the_order() -> None:
    given = [policies("chu.test"), domain("S-1-5-21-1", "CHU.TEST")]
    for order in (given, given[::-1]):
        (found,) = forests(order)
        assert found.facts >= {Fact.ACCOUNTS, Fact.SYSVOL}
        assert policy_key("chu.test", GUID) in found.sysvol


def test_a_copy_of_sysvol_of_an_unknown_domain_stays_apart() -> None:
    assert len(forests([domain("S-1-5-21-1", "CHU.TEST"), policies("autre.test")])) == 2


def test_a_copy_of_sysvol_that_two_domains_claim_stays_apart() -> None:
    twins = [domain("S-1-5-21-1", "HOPITAL.LOCAL"), domain("S-1-5-21-2", "HOPITAL.LOCAL")]
    found = forests([*twins, policies("hopital.local")])
    assert [Fact.SYSVOL in d.facts for d in found] == [False, False, True]


def test_two_copies_of_one_policy_are_merged() -> None:
    domains = [domain("S-1-5-21-1", "CHU.TEST")]
    (found,) = forests([*domains, policies("chu.test", "1"), policies("chu.test", "2")])
    values = [item.value for item in found.sysvol[policy_key("chu.test", GUID)].registry]
    assert values == ["1", "2"]


def dated(uac: int, known: int, day: int | None) -> Directory:
    builder = Builder()
    builder.describe(builder.row("S-1-5-21-1"), Kind.DOMAIN, name="CHU.TEST")
    builder.set_uac([builder.row("S-1-5-21-1-1105")], [uac], [known])
    builder.sources.append(Source("SharpHound", (), "", day))
    return builder.build()


def test_an_account_enabled_again_since_the_older_collection_is_enabled() -> None:
    old = dated(Uac.DISABLED | Uac.DONT_REQUIRE_PREAUTH, UAC_ALL, 1_700_000_000)
    new = dated(0, Uac.DISABLED, 1_750_000_000)
    for given in ([old, new], [new, old]):
        (found,) = forests(given)
        row = found.index["S-1-5-21-1-1105"]
        assert not found.flag(Uac.DISABLED)[row] and found.flag(Uac.DONT_REQUIRE_PREAUTH)[row]


def test_without_dates_the_last_collection_given_remains() -> None:
    on, off = dated(0, UAC_ALL, None), dated(Uac.DISABLED, UAC_ALL, 1_750_000_000)
    for given, disabled in (([on, off], True), ([off, on], False)):
        (found,) = forests(given)
        assert found.flag(Uac.DISABLED)[found.index["S-1-5-21-1-1105"]] == disabled
