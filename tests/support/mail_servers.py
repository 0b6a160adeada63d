"""Mail servers on loopback: Dovecot for the mailboxes, Postfix for what is sent, with and without TLS."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.loopback import free_port, listening
from support.web_servers import certificate

ADDRESS = "127.0.14.3"
"""Not the one that a probe comes from: Dovecot takes who comes from its own address for a local, and secure, one."""
_DOVECOT = """base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = {address}
disable_plaintext_auth = {is_careful}
{tls}
auth_mechanisms = plain login
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={folder}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
"""
_POSTFIX = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = /dev/stdout
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.ch-essai.example
mydestination =
inet_interfaces = 127.0.0.1
smtpd_peername_lookup = no
alias_maps =
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth}
"""
_MASTER = """{address}:{port} inet n - n - 1 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """A Dovecot that listens: its ports, and the socket by which Postfix asks it who may send."""

    imap: int
    pop3: int
    auth: Path


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for the sockets that these servers make in it, open to their accounts."""
    with tempfile.TemporaryDirectory(prefix="rp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def dovecot(*, has_tls: bool) -> Iterator[Mailboxes]:
    """Dovecot as an installation in clear leaves it, or as it should be: TLS required before any password."""
    with short_folder() as folder:
        found = Mailboxes(free_port(ADDRESS), free_port(ADDRESS), folder / "auth")
        tls = "ssl = no"
        if has_tls:
            pem, key = certificate(folder)
            tls = f"ssl = required\nssl_cert = <{pem}\nssl_key = <{key}"
        (folder / "state").mkdir()
        path = folder / "dovecot.conf"
        text = _DOVECOT.format(
            folder=folder,
            address=ADDRESS,
            tls=tls,
            is_careful="yes" if has_tls else "no",
            imap=found.imap,
            pop3=found.pop3,
        )
        path.write_text(text, encoding="utf-8")
        program = shutil.which("dovecot") or "dovecot"
        endpoints = [(ADDRESS, found.imap), (ADDRESS, found.pop3)]
        with listening([program, "-F", "-c", path], *endpoints):
            yield found


@contextmanager
def postfix(*options: str, auth: Path | None = None, has_tls: bool = False) -> Iterator[int]:
    """Postfix with these lines of main.cf; `auth` lets it ask for passwords, which Dovecot would verify."""
    with short_folder() as folder:
        port = free_port(ADDRESS)
        lines = [_POSTFIX.format(folder=folder, auth=auth or "none"), *options]
        if auth is not None:
            lines.append("smtpd_sasl_auth_enable = yes")
        if has_tls:
            pem, key = certificate(folder)
            lines += [f"smtpd_tls_cert_file = {pem}", f"smtpd_tls_key_file = {key}"]
        lines.append(f"smtpd_tls_security_level = {'may' if has_tls else 'none'}")
        settings = folder / "etc"
        for name in (settings, folder / "queue", folder / "data"):
            name.mkdir()
        shutil.chown(folder / "data", "postfix", "postfix")
        (settings / "main.cf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (settings / "master.cf").write_text(
            _MASTER.format(address=ADDRESS, port=port), encoding="utf-8"
        )
        program = shutil.which("postfix") or "postfix"
        subprocess.run([program, "-c", settings, "check"], check=True, capture_output=True)
        master = [Path("/usr/lib/postfix/sbin/master"), "-c", settings, "-d"]
        with listening(master, (ADDRESS, port)):
            yield port
