"""What a perimeter might lack is proposed with its reasons, and touched by nobody."""

from pathlib import Path

import pytest
import yaml

from rempart.engines.exposure import discover
from rempart.engines.exposure.discover import Proposal, proposals_yaml, propose, read_names
from rempart.engines.exposure.perimeter import AssetKind, Perimeter, parse_perimeter
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import AliasSeen, ServerSeen, ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.mail import ExchangerSeen, MailSeen, SpfSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import CertificateSeen, ChainSeen, TlsSeen
from rempart.engines.exposure.snapshot import AnySeen
from rempart.kernel.errors import UnreadableSource

ANSWERED = Reach.ANSWERED
SEEN: list[AnySeen] = [
    TlsSeen(
        reach=ANSWERED, endpoint=Endpoint("192.0.2.1", 443, "www.chu.example"),
        chains=[ChainSeen(certificates=[CertificateSeen(
            subject="", issuer="", not_before=0, not_after=0, common_name="pas un nom",
            names=["www.chu.example", "*.lab.chu-ailleurs.example", "vpn.chu.example", "pacs.chu.example"],
        )])],
    ),
    ZoneSeen(
        reach=ANSWERED, domain="chu.example", servers=[ServerSeen(name="ns1.hebergeur.example")],
        aliases=[AliasSeen(name="rdv.chu.example", target="chu.rdv.example", state="answers")],
    ),
    MailSeen(
        reach=ANSWERED, domain="chu.example", servers=[ExchangerSeen(name="mx.chu.example")],
        spf=SpfSeen(includes=["spf.courrier.example"]),
    ),
    HostSeen(
        reach=ANSWERED, name="www.chu.example", addresses=["93.184.215.14", "10.0.0.1"],
        chain=["x.cdn.example"], refused={"93.184.215.14": "hors", "10.0.0.1": "hors"},
    ),
    PortsSeen(reach=ANSWERED, address="192.0.2.1", reverse=["hote1.chu.example"]),
]  # fmt: skip


def perimeter(more: str = "", subdomains: bool = False) -> Perimeter:
    return parse_perimeter(
        "name: CH\nexcluded: [pacs.chu.example]\nassets:\n"
        f"  - {{kind: domain, value: chu.example, subdomains: {str(subdomains).lower()}}}\n"
        f"  - {{kind: host, value: www.chu.example}}\n{more}"
    )


def values(proposals: list[Proposal], *, is_near: bool) -> list[str]:
    return [p.value for p in proposals if p.is_near is is_near]


def test_names_of_certificates_servers_and_reverse_zones_are_proposed_nearest_first() -> None:
    found = propose(perimeter(), SEEN)
    assert values(found, is_near=True) == ["hote1.chu.example", "mx.chu.example", "vpn.chu.example"]
    assert "lab.chu-ailleurs.example" in values(found, is_near=False)
    assert {
        "ns1.hebergeur.example",
        "chu.rdv.example",
        "x.cdn.example",
        "spf.courrier.example",
    } <= set(values(found, is_near=False))
    by_value = {p.value: p.why for p in found}
    assert by_value["vpn.chu.example"] == ["certificat de www.chu.example:443"]


def test_what_is_declared_or_excluded_is_not_proposed_again() -> None:
    found = {p.value for p in propose(perimeter(), SEEN)}
    assert not found & {"www.chu.example", "pacs.chu.example", "chu.example", "pas un nom"}


def test_a_name_under_a_domain_is_proposed_until_it_is_declared_or_looked_at() -> None:
    wide = perimeter(subdomains=True)
    assert values(propose(wide, SEEN), is_near=True) == ["hote1.chu.example", "mx.chu.example"]
    looked = [*SEEN, HostSeen(reach=ANSWERED, name="mx.chu.example")]
    extract = ["a.pacs.chu.example", "mx.chu.example", "webmail.chu.example", "b.chu.example"]
    found = propose(wide, looked, extract)
    assert values(found, is_near=True) == ["b.chu.example", "hote1.chu.example"]


def test_a_name_proposed_under_a_domain_may_lead_where_its_domain_may() -> None:
    text = "name: CH\nassets:\n  - {kind: domain, value: chu.example, subdomains: true, addresses: follow}\n"
    wide = parse_perimeter(text)
    accepted = proposals_yaml(wide, propose(wide, [], ["b.chu.example", "c.ailleurs.example"]))
    assert [(a.value, a.addresses) for a in parse_perimeter("name: CH\n" + accepted).assets] == [
        ("b.chu.example", "follow"),
        ("c.ailleurs.example", "written"),
    ]


def test_the_nearest_domain_declared_says_whether_addresses_may_be_followed() -> None:
    text = (
        "name: CH\nassets:\n  - {kind: domain, value: chu.example, subdomains: true, addresses: follow}\n"
        "  - {kind: domain, value: labo.chu.example, subdomains: true}\n"
    )
    wide = parse_perimeter(text)
    found = propose(wide, [], ["b.chu.example", "c.labo.chu.example"])
    assert {p.value: p.follows for p in found} == {
        "b.chu.example": True,
        "c.labo.chu.example": False,
    }
    # The permission is the declared domain's, and the file says so where it repeats it.
    assert "le permet déjà" in proposals_yaml(wide, found)
    assert "le permet déjà" not in proposals_yaml(wide, [p for p in found if not p.follows])


def test_a_name_known_not_to_exist_is_not_proposed() -> None:
    dead, alive = (
        AliasSeen(name="rdv.chu.example", target=f"{state}.chu.example", state=state)
        for state in ("missing", "unknown")
    )
    servers = [ServerSeen(name="ns9.chu.example", is_missing=True)]
    exchangers = [ExchangerSeen(name="mx9.chu.example", is_missing=True)]
    seen: list[AnySeen] = [
        ZoneSeen(reach=ANSWERED, domain="chu.example", servers=servers, aliases=[dead, alive]),
        MailSeen(reach=ANSWERED, domain="chu.example", servers=exchangers),
        HostSeen(reach=ANSWERED, name="www.chu.example", chain=["gone.cdn.example"]),
        HostSeen(reach=Reach.SILENT, name="web.chu.example", chain=["unsure.cdn.example"]),
    ]
    found = propose(perimeter(), seen, ["missing.chu.example", "mx9.chu.example"])
    assert [p.value for p in found] == ["unknown.chu.example", "unsure.cdn.example"]


def test_names_under_a_domain_with_its_own_limits_are_left_to_whoever_wrote_them() -> None:
    text = "name: CH\nassets:\n  - {kind: domain, value: chu.example, subdomains: true, touch: [tls]}\n"
    assert propose(parse_perimeter(text), [], ["b.chu.example"]) == []


def test_addresses_that_names_lead_to_are_proposed_unless_private_or_declared() -> None:
    found = [p for p in propose(perimeter(), SEEN) if p.kind is AssetKind.ADDRESS]
    assert [(p.value, p.why) for p in found] == [("93.184.215.14", ["adresse de www.chu.example"])]
    known = perimeter("  - {kind: range, value: 93.184.215.0/24}\n")
    assert not [p for p in propose(known, SEEN) if p.kind is AssetKind.ADDRESS]


def test_extracts_are_read_whatever_their_shape(tmp_path: Path) -> None:
    shapes = {
        "crt.json": '[{"name_value": "a.chu.example\\n*.b.chu.example", "common_name": "c.chu.example"}]',
        "names.csv": "\ufeffid;NAME_VALUE\n1;a.chu.example\n2;*.b.chu.example\n3;c.chu.example\n",
        "comma.csv": 'name,issuer\n"a.chu.example",x\n*.b.chu.example,x\nc.chu.example,x\n',
        "names.txt": "# liste\na.chu.example\n*.b.chu.example\nc.chu.example\n\n",
    }
    for name, text in shapes.items():
        (tmp_path / name).write_text(text, "utf-8")
        found = propose(perimeter(), [], read_names(tmp_path / name))
        assert [p.value for p in found] == ["a.chu.example", "b.chu.example", "c.chu.example"], name


@pytest.mark.parametrize("content", [b"[{]", b"\xff\xfe\x00", b"id;issuer\n1;x\n", b"[" * 100000])
def test_an_extract_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "extrait").write_bytes(content)
    with pytest.raises(UnreadableSource, match="Extrait de noms illisible"):
        list(read_names(tmp_path / "extrait"))


def test_lists_in_cells_and_bare_names_in_json_are_read_and_a_huge_file_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "names.json"
    path.write_text('["a.chu.example", 3, {"dns_names": ["b.chu.example", null]}]', "utf-8")
    assert list(read_names(path)) == ["a.chu.example", "b.chu.example"]
    path.write_text('{"name": "c.chu.example"}', "utf-8")
    assert list(read_names(path)) == ["c.chu.example"]
    monkeypatch.setattr(discover, "LONGEST_FILE", 3)
    with pytest.raises(UnreadableSource, match="256 Mo"):
        list(read_names(path))


def test_proposals_are_yaml_that_a_perimeter_takes_and_a_hostile_reason_stays_a_comment() -> None:
    hostile = Proposal(AssetKind.HOST, "a.chu.example", True, ["certificat\nassets: [tout]\u2028x"])
    text = proposals_yaml(perimeter(), [hostile, *propose(perimeter(), SEEN)])
    data = yaml.safe_load(text)
    assert {"kind": "host", "value": "mx.chu.example"} in data["assets"]
    assert parse_perimeter("name: CH\n" + text).assets[0].value == "a.chu.example"
    assert yaml.safe_load(proposals_yaml(perimeter(), [])) == {"assets": []}


def test_a_proposal_keeps_few_reasons_each_once_and_what_names_nothing_gives_none() -> None:
    twice = [
        ZoneSeen(reach=ANSWERED, domain="chu.example", servers=[ServerSeen(name="ns.x.example")])
    ] * 2
    many = [
        PortsSeen(reach=ANSWERED, address=f"192.0.2.{k}", reverse=["ns.x.example"])
        for k in range(9)
    ]
    nothing = ServiceSeen(reach=ANSWERED, endpoint=Endpoint("192.0.2.1", 443))
    (found,) = propose(perimeter(), [nothing, *twice])
    assert found.why == ["serveur de noms de chu.example"]
    (found,) = propose(perimeter(), [*twice, *many])
    assert len(found.why) == len(set(found.why)) == discover.REASONS_KEPT


def test_a_region_of_many_domains_is_proposed_thirty_thousand_names_in_order() -> None:
    assets = "".join(
        f"  - {{kind: domain, value: h{k}.example, subdomains: true, addresses: follow}}\n"
        for k in range(2_000)
    )
    found = propose(
        parse_perimeter(f"name: Région\nassets:\n{assets}"),
        [],
        [f"srv.h{k}.example" for k in range(30_000)],
    )
    assert len(found) == 30_000
    assert sum(p.follows and p.is_near for p in found) == 2_000
    assert [p.value for p in found[:3]] == ["srv.h0.example", "srv.h1.example", "srv.h2.example"]
