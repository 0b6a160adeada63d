"""One line an endpoint, whoever saw it."""

import pytest

from rempart.engines.exposure.inventory import inventory
from rempart.engines.exposure.moments import instant
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.services import Product
from support.exposure import AT, service

OURS = service(3306, "mysql", host="intranet.chu.example", address="192.0.2.12")


def claim(address: str, port: int, name: str = "", transport: str = "tcp") -> ClaimSeen:
    product = Product(id="mariadb", name="MariaDB", version="10.6")
    place = Endpoint(address, port, name, transport)
    told = {"tool": "nmap", "rule": "port", "title": "Port ouvert", "product": product}
    return ClaimSeen(reach=Reach.ANSWERED, endpoint=place, at=AT - 3600, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("name", ["", "intranet.chu.example", "hote12.chu.example"])
def test_what_another_tool_saw_at_our_place_joins_our_line(name: str, is_first: bool) -> None:
    told = claim("192.0.2.12", 3306, name)
    (line,) = inventory([told, OURS] if is_first else [OURS, told])
    assert (line.target, line.seen_at) == ("intranet.chu.example:3306", instant(AT))
    assert line.service == "mysql"


def test_a_name_that_we_know_keeps_its_own_line() -> None:
    other = service(3306, "mysql", host="base.chu.example", address="192.0.2.12")
    lines = inventory([OURS, other, claim("192.0.2.12", 3306, "base.chu.example")])
    assert [line.target for line in lines] == ["base.chu.example:3306", "intranet.chu.example:3306"]


@pytest.mark.parametrize(
    "told",
    [
        claim("192.0.2.12", 0),
        claim("192.0.2.12", 3389),
        claim("192.0.2.12", 3389, "rds.chu.example"),
    ],
)
def test_a_whole_machine_and_a_port_that_we_found_closed_answer_nowhere(told: ClaimSeen) -> None:
    ports = PortsSeen(reach=Reach.ANSWERED, address="192.0.2.12", open=[3306], closed=[3389])
    assert [line.port for line in inventory([OURS, ports, told])] == [3306]


@pytest.mark.parametrize(
    "told",
    [
        claim("192.0.2.12", 3307),
        claim("192.0.2.13", 3306),
        claim("192.0.2.12", 3306, transport="udp"),
    ],
)
def test_what_another_tool_saw_elsewhere_has_its_own_line(told: ClaimSeen) -> None:
    assert len(inventory([OURS, told])) == 2


def test_what_tools_say_of_one_port_by_name_and_by_address_is_one_line() -> None:
    whole = claim("192.0.2.20", 443, "a.example")
    told = [claim("192.0.2.20", 443), whole, claim("", 443, "a.example")]
    assert [(x.target, x.address) for x in inventory(told)] == [("a.example:443", "192.0.2.20")]


def test_two_addresses_of_one_name_stay_two_lines() -> None:
    both = [claim(f"192.0.2.{n}", 443, "a.example") for n in (20, 21)]
    assert [x.address for x in inventory(both)] == ["192.0.2.20", "192.0.2.21"]
    alone = [claim("192.0.2.22", 443), claim("192.0.2.20", 80)]
    assert len(inventory([*both, *alone])) == 4
