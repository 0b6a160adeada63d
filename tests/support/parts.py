"""System parts that some tests need, and how to see that they are there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from support import old_openssl
from support.dns_servers import missing as bind
from support.postgres import binaries

LOOPBACK = ["127.0.0.0/8", "::1", "localhost"]
INSTALL = "tools/system-parts tests"
MESHCENTRAL = Path(sys.prefix) / "node" / "node_modules" / "meshcentral" / "meshcentral.js"
"""Where `tools/node-parts` puts it."""


DAEMONS = (
    "storescp", "sshd", "vsftpd", "smbd", "redis-server", "memcached", "mosquitto", "snmpd", "slapd", "rsync",
    "xrdp", "Xtigervnc", "mariadbd", "telnetd", "nmap", "cupsd", "Orthanc", "etcd", "ipmi_sim", "ustreamer",
    "libvirtd", "freerdp-shadow-cli",
)  # fmt: skip
"""Servers that the exposure audit is tried against, each on loopback and stopped by its test."""


def _command(name: str) -> str | None:
    return None if shutil.which(name) else f"{name} is not installed"


def _as_root(name: str) -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return f"{name} is started by root only"
    return _command(name)


def _file(path: str) -> str | None:
    return None if Path(path).exists() else f"{path} is not installed"


def _samba() -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "a domain controller is provisioned by root only"
    for name in ("samba", "samba-tool", "ldapsearch"):
        if reason := _command(name):
            return reason
    # Debian's own interpreter: the bindings are not in a virtual environment.
    found = subprocess.run(["/usr/bin/python3", "-c", "import samba.samdb"], capture_output=True)
    return None if found.returncode == 0 else "python3-samba is not installed"


def _namespace() -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "a network namespace is made by root only"
    return _command("unshare")


PARTS: dict[str, Callable[[], str | None]] = {
    "bind": bind,
    "nginx": lambda: _command("nginx"),
    "openssl": lambda: _command("openssl"),
    "samba": _samba,
    "namespace": _namespace,
    "chromium": lambda: _command("chromium"),
    "postgresql": lambda: None if binaries() else "postgresql is not installed",
    "java": lambda: _command("java"),
    "gettext": lambda: _command("xgettext"),
    "poppler": lambda: _command("pdftoppm"),
    **{name: partial(_command, name) for name in DAEMONS},
    **{name: partial(_as_root, name) for name in ("dovecot", "postfix", "ocserv")},
    "tomcat": lambda: _command("java") or _file("/usr/share/tomcat10/bin/bootstrap.jar"),
    "meshcentral": lambda: _command("node") or _file(str(MESHCENTRAL)),
    "cockpit": lambda: _file("/usr/lib/cockpit/cockpit-ws"),
    "nassl": lambda: None if old_openssl.library() else "nassl is not installed",
    "distributed": lambda: None if find_spec("distributed") else "distributed is not installed",
}


@cache
def missing(part: str) -> str | None:
    """Why `part` cannot be used here, or None when it can; an unknown part raises KeyError."""
    return PARTS[part]()


def under_ci() -> bool:
    """Whether a skip for a missing part is a failure."""
    return os.environ.get("CI") == "true"
