"""Products of Debian on loopback, for services that a library does not stand for: printers, time, imaging, containers…"""

import json
import os
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from support.loopback import START_SECONDS, free_port, listening
from support.mail_servers import short_folder
from support.parts import MESHCENTRAL
from support.service_servers import daemon, display, vnc

HOST = "127.0.0.1"


def _program(name: str) -> str:
    return shutil.which(name) or name


@contextmanager
def cups() -> Iterator[int]:
    """The print server of CUPS, whose pages anyone may read."""
    with short_folder() as folder:
        port = free_port()
        lines = [
            f"Listen {HOST}:{port}",
            "LogLevel none",
            "WebInterface Yes",
            "DefaultAuthType None",
            "<Location />",
            "Order allow,deny",
            "Allow all",
            "</Location>",
        ]
        kinds = ("ServerRoot", "StateDir", "CacheDir", "RequestRoot", "TempDir")
        files = [f"{kind} {folder}/{kind}" for kind in kinds]
        files += [f"{kind}Log {folder}/{kind}.log" for kind in ("Access", "Error", "Page")]
        for kind in kinds:
            (folder / kind).mkdir()
        (folder / "cupsd.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "files.conf").write_text("\n".join(files) + "\n", encoding="utf-8")
        options = ["-f", "-c", folder / "cupsd.conf", "-s", folder / "files.conf"]
        with daemon([_program("cupsd"), *options], port):
            yield port


def wait_for_answer(address: str, port: int, question: bytes) -> None:
    """Until a datagram is answered, for a minute at most. Raises RuntimeError."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            trial.settimeout(0.2)
            with suppress(TimeoutError):
                try:
                    trial.connect((address, port))
                    trial.send(question)
                    trial.recv(2048)
                except ConnectionRefusedError:
                    time.sleep(0.02)
                    continue
                return
    raise RuntimeError(f"nothing answers at {address}:{port}")


@dataclass(frozen=True, slots=True)
class Imaging:
    """The two ports of an Orthanc."""

    web: int
    dicom: int


@contextmanager
def orthanc(folder: Path, *, is_careful: bool = False) -> Iterator[Imaging]:
    """Orthanc; as it should be when careful: accounts on its pages, and known modalities alone."""
    found = Imaging(free_port(), free_port())
    told = {
        "Name": "Essai",
        "StorageDirectory": str(folder),
        "IndexDirectory": str(folder),
        "HttpPort": found.web,
        "HttpBindAddresses": [HOST],
        "RemoteAccessAllowed": True,
        "AuthenticationEnabled": is_careful,
        "RegisteredUsers": {"essai": "essai"} if is_careful else {},
        "DicomPort": found.dicom,
        "DicomAet": "ORTHANC",
        "DicomCheckCalledAet": is_careful,
        "DicomAlwaysAllowEcho": not is_careful,
        "Plugins": [],
    }
    path = folder / "orthanc.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    with listening([_program("Orthanc"), path], (HOST, found.web), (HOST, found.dicom)):
        yield found


@dataclass(frozen=True, slots=True)
class Java:
    """The ports of a Tomcat."""

    web: int
    ajp: int
    tls: int


_TOMCAT = """<Server port="-1"><Service name="Catalina">
<Connector port="{web}" address="127.0.0.1" protocol="HTTP/1.1"/>
<Connector port="{ajp}" address="127.0.0.1" protocol="AJP/1.3" secretRequired="false"/>
<Connector port="{tls}" address="127.0.0.1" protocol="org.apache.coyote.http11.Http11NioProtocol" SSLEnabled="true"
 sslImplementationName="org.apache.tomcat.util.net.jsse.JSSEImplementation">
<SSLHostConfig protocols="TLSv1.2,TLSv1.3"><Certificate certificateFile="{pem}" certificateKeyFile="{key}"/></SSLHostConfig>
</Connector>
<Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine>
</Service></Server>
"""


@contextmanager
def tomcat(folder: Path, certificate: tuple[Path, Path]) -> Iterator[Java]:
    """Tomcat with a site in clear, one over the TLS of Java, and its link for a web server (AJP)."""
    found = Java(free_port(), free_port(), free_port())
    for name in ("conf", "logs", "temp", "webapps/ROOT", "work"):
        (folder / name).mkdir(parents=True)
    (folder / "webapps" / "ROOT" / "index.html").write_text("<title>Bonjour</title>", "ascii")
    pem, key = certificate
    text = _TOMCAT.format(web=found.web, ajp=found.ajp, tls=found.tls, pem=pem, key=key)
    (folder / "conf" / "server.xml").write_text(text, encoding="utf-8")
    home = Path("/usr/share/tomcat10")
    classes = f"{home}/bin/bootstrap.jar:{home}/bin/tomcat-juli.jar"
    settings = [f"-Dcatalina.home={home}", f"-Dcatalina.base={folder}"]
    start = ["java", "-Xmx96m", *settings, "-cp", classes, "org.apache.catalina.startup.Bootstrap"]
    endpoints = [(HOST, port) for port in (found.web, found.ajp, found.tls)]
    with listening([*start, "start"], *endpoints):
        _shake_hands(found.tls)
        yield found


def _shake_hands(port: int) -> None:
    """Wait for the last door of a Tomcat to answer: its ports accept long before anyone is behind them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((HOST, port), timeout=START_SECONDS) as link,
        context.wrap_socket(link),
    ):
        return


@contextmanager
def etcd(folder: Path) -> Iterator[int]:
    """The store of settings of a cluster of containers, without accounts."""
    port, peers = free_port(), f"http://{HOST}:{free_port()}"
    here = f"http://{HOST}:{port}"
    command = [_program("etcd"), "--data-dir", folder / "etcd", "--listen-client-urls", here]
    command += ["--advertise-client-urls", here, "--listen-peer-urls", peers]
    command += ["--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}"]
    with daemon(command, port):
        yield port


_BOARD = """name "essai"
set_working_mc 0x20
  startlan 1
    addr {host} {port}
    priv_limit admin
    allowed_auths_admin md5
    guid a123456789abcdefa123456789abcdef
  endlan
  user 2 true "essai" "essai" admin 10 md5
"""
_EMULATED = (
    "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\nmc_enable 0x20\n"
)


@contextmanager
def management_board(folder: Path) -> Iterator[int]:
    """The board of OpenIPMI's simulator, which other tools take for a real one."""
    port = free_port()
    (folder / "lan.conf").write_text(_BOARD.format(host=HOST, port=port), encoding="ascii")
    (folder / "emulated").write_text(_EMULATED, encoding="ascii")
    options = ["-c", folder / "lan.conf", "-f", folder / "emulated", "-s", folder, "-n"]
    with listening([_program("ipmi_sim"), *options]):
        wait_for_answer(HOST, port, bytes.fromhex("0600ff06000011be80000000"))
        yield port


_GATEWAY = """auth = "plain[passwd={folder}/accounts]"
listen-host = 127.0.0.1
tcp-port = {port}
udp-port = 0
run-as-user = nobody
run-as-group = nogroup
socket-file = {folder}/socket
server-cert = {pem}
server-key = {key}
isolate-workers = false
max-clients = 0
max-same-clients = 0
max-ban-score = 0
rate-limit-ms = 0
device = essai
ipv4-network = 192.0.2.0/24
pid-file = {folder}/pid
tls-priorities = "{tls}"
"""


@contextmanager
def ocserv(certificate: tuple[Path, Path], tls: str = "NORMAL") -> Iterator[int]:
    """The VPN gateway OpenConnect, which speaks the protocol of AnyConnect; `tls` is a list of GnuTLS of what it may do."""
    with short_folder() as folder:
        port = free_port()
        pem, key = certificate
        (folder / "accounts").write_text("", encoding="ascii")
        text = _GATEWAY.format(folder=folder, port=port, pem=pem, key=key, tls=tls)
        (folder / "ocserv.conf").write_text(text, encoding="utf-8")
        with daemon([_program("ocserv"), "-f", "-c", folder / "ocserv.conf"], port):
            yield port


@contextmanager
def cockpit() -> Iterator[int]:
    """Cockpit, the administration of a Linux server by a web page."""
    port = free_port()
    with daemon(["/usr/lib/cockpit/cockpit-ws", "--no-tls", "-a", HOST, "-p", str(port)], port):
        yield port


@contextmanager
def camera() -> Iterator[int]:
    """uStreamer, which shows a camera to whoever comes; here without a camera."""
    port = free_port()
    command = ["ustreamer", "--host", HOST, "--port", str(port), "--device", "/nonexistent"]
    with daemon(command, port):
        yield port


@contextmanager
def freerdp(folder: Path) -> Iterator[int]:
    """FreeRDP, which shares the screen of a TigerVNC, and lets nobody see it before knowing who comes (NLA)."""
    with vnc("None") as screen:
        port = free_port()
        settings = [f"DISPLAY={display(screen)}", f"HOME={folder}", f"XDG_CONFIG_HOME={folder}"]
        options = [f"/port:{port}", f"/bind-address:{HOST}", "/sec:nla", "+auth"]
        with daemon(["env", *settings, "freerdp-shadow-cli", *options], port):
            yield port


_HYPERVISOR = """listen_tls = 0
listen_tcp = 1
listen_addr = "127.0.0.1"
tcp_port = "{port}"
auth_tcp = "{ways}"
"""


@contextmanager
def libvirtd(ways: str = "none") -> Iterator[int]:
    """The daemon of a hypervisor of libvirt; as nobody, so that it touches nothing of the system. `ways`: none, or sasl."""
    with short_folder() as folder:
        port, path = free_port(), folder / "libvirtd.conf"
        path.write_text(_HYPERVISOR.format(port=port, ways=ways), encoding="ascii")
        command = ["env", f"HOME={folder}"]
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
        kinds = ("RUNTIME_DIR", "CONFIG_HOME", "CACHE_HOME", "DATA_HOME", "STATE_HOME")
        command += [f"XDG_{kind}={folder}" for kind in kinds]
        options = ["--listen", "--config", path, "--pid-file", folder / "pid"]
        with daemon([*command, _program("libvirtd"), *options], port):
            yield port


@contextmanager
def meshcentral(folder: Path) -> Iterator[int]:
    """MeshCentral, from which technicians take the screens of the machines that bear its agent; nobody has come yet."""
    port, data = free_port(), folder / "data"
    data.mkdir()
    (folder / "files").mkdir()
    told = {
        "port": port,
        "portBind": HOST,
        "exactPorts": True,
        "redirPort": 0,
        "mpsPort": 0,
        "cert": HOST,
        # Nothing of what it would ask of the internet, or look for around it.
        "WANonly": True,
        "selfUpdate": False,
        "agentTimeStampServer": False,
        "autoBackup": False,
    }
    (data / "config.json").write_text(json.dumps({"settings": told}), encoding="utf-8")
    with daemon(["node", MESHCENTRAL, "--datapath", data, "--filespath", folder / "files"], port):
        yield port
