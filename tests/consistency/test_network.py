"""The network is really cut in the tests, except where one names a host."""

import socket
import threading

import pytest
from pytest_socket import SocketBlockedError, SocketConnectBlockedError

from support.parts import LOOPBACK


def test_a_socket_cannot_be_made() -> None:
    with pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_a_name_cannot_be_resolved() -> None:
    with pytest.raises(SocketBlockedError):
        socket.getaddrinfo("exemple.invalid", 389)


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_test_that_names_loopback_reaches_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        with socket.create_connection(server.getsockname()) as client:
            assert client.recv(1) == b""
        thread.join()


@pytest.mark.allow_hosts(LOOPBACK)
def test_a_test_that_names_loopback_reaches_nothing_else() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 389), timeout=0.1)
