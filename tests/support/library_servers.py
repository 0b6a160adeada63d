"""Servers of libraries, each in a process of its own: `python tests/support/library_servers.py modbus 5020`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"


async def modbus(port: int, *_: str) -> None:
    """A device of pymodbus that tells its identity."""
    from pymodbus import ModbusDeviceIdentification
    from pymodbus.datastore import (
        ModbusDeviceContext,
        ModbusSequentialDataBlock,
        ModbusServerContext,
    )
    from pymodbus.server import StartAsyncTcpServer

    names = {"VendorName": "Essai", "ProductCode": "PLC", "MajorMinorRevision": "2.9"}
    block = ModbusDeviceContext(hr=ModbusSequentialDataBlock(1, [0] * 8))
    await StartAsyncTcpServer(
        ModbusServerContext(block, single=True),
        identity=ModbusDeviceIdentification(info_name=names),
        address=(HOST, port),
    )


async def s7(port: int, *_: str) -> None:
    """A controller of python-snap7."""
    from snap7.server import Server

    server = Server(log=False)
    server.start(port)
    await asyncio.Event().wait()


async def bacnet(port: int, *_: str) -> None:
    """A device of bacpypes3, number 1234."""
    from bacpypes3.app import Application
    from bacpypes3.argparse import SimpleArgumentParser

    words = ["--name", "Essai", "--instance", "1234", "--address", f"{HOST}:{port}"]
    device = Application.from_args(SimpleArgumentParser().parse_args(words))
    await asyncio.Event().wait()
    device.close()


async def mllp(port: int, *_: str) -> None:
    """A listener of HL7 messages, of python-hl7."""
    from hl7.mllp import start_hl7_server

    async def take(reader: Any, writer: Any) -> None:
        message = await reader.readmessage()
        writer.writemessage(message.create_ack())
        await writer.drain()

    async with await start_hl7_server(take, host=HOST, port=port) as server:
        await server.serve_forever()


async def winrm(port: int, *_: str) -> None:
    """The WinRM of impacket, which Windows takes for one of its own; without a target, it relays nothing."""
    from impacket.examples.ntlmrelayx.servers.winrmrelayserver import WinRMRelayServer
    from impacket.examples.ntlmrelayx.utils.config import NTLMRelayxConfig

    told = NTLMRelayxConfig()
    told.setInterfaceIp(HOST)
    told.setListeningPort(port)
    told.setMode("REDIRECT")
    WinRMRelayServer(told).run()


async def hybrid(port: int, certificate: str, key: str) -> None:
    """A site of the OpenSSL that pyOpenSSL brings, younger than the system's: it speaks hybrid groups."""
    import socket

    from OpenSSL import SSL

    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(certificate)
    context.use_privatekey_file(key)
    with socket.create_server((HOST, port)) as server:
        while True:
            link, _ = server.accept()
            link.settimeout(3)
            secure = SSL.Connection(context, link)
            secure.set_accept_state()
            link.setblocking(True)
            try:
                secure.do_handshake()
                secure.recv(1024)
            except (SSL.Error, OSError):
                pass
            finally:
                link.close()


SERVERS: dict[str, Callable[..., Awaitable[None]]] = {
    "modbus": modbus,
    "s7": s7,
    "bacnet": bacnet,
    "mllp": mllp,
    "winrm": winrm,
    "hybrid": hybrid,
}


def command(name: str, port: int, *more: str | Path) -> list[str]:
    """The command that runs one of them."""
    return [sys.executable, __file__, name, str(port), *map(str, more)]


if __name__ == "__main__":
    asyncio.run(SERVERS[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:]))
