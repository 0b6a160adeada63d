"""masscan's JSON (-oJ, a list that older versions do not end well, and -oD): the ports that answer. Its XML is nmap's."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from rempart.engines.exposure.read.nmap import MASSCAN
from rempart.engines.exposure.read.shared import Claims, number
from rempart.kernel.errors import UnreadableSource

TOOL: Final = MASSCAN
_ENDS: Final = (b"{finished", b'{"finished')
_NOT_OPEN: Final = "qui ne sont pas des ports ouverts"


def read_masscan(lines: Iterator[bytes], name: str, claims: Claims) -> None:
    """Every open port, one object a line between the brackets and commas of a list. Raises UnreadableSource."""
    for number_of_line, line in enumerate(lines, 1):
        text = line.strip().strip(b"[],").strip()
        if not text or text.startswith(_ENDS):
            continue
        try:
            row = msgspec.json.decode(text, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise UnreadableSource(
                f"« {name} », ligne {number_of_line} : ce n’est pas un résultat de masscan lisible.",
                expected="Attendu : un objet JSON par ligne (options -oJ et -oD).",
                todo="Si masscan a été interrompu, retirez la dernière ligne.",
            ) from fault
        ports = row.get("ports")
        for port in ports if isinstance(ports, list) else [row]:
            if isinstance(port, dict):
                _add(row, port, claims)


def _add(row: dict[str, Any], port: dict[str, Any], claims: Claims) -> None:
    told = port.get("service") or port.get("data")
    more = told if isinstance(told, dict) else {}
    state = str(port.get("status") or more.get("status") or "open")
    if state != "open":
        claims.left[_NOT_OPEN] += 1
        return
    service = str(more.get("name") or more.get("service_name") or "inconnu")
    transport = str(port.get("proto") or "tcp")
    endpoint = claims.endpoint(
        str(row.get("ip") or ""), int(number(port.get("port"))), "", transport
    )
    claims.add(
        endpoint,
        f"service/{service}",
        f"port {port.get('port')}/{transport} ouvert ({service})",
        severity="info",
        at=number(row.get("timestamp")),
    )
