"""What `rempart doctor` looks at: each examination gives one line, and what to do when it is wrong."""

import os
import shutil
import smtplib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.utils import timezone

from rempart.kernel.errors import RempartError
from rempart.kernel.french import counted
from rempart.web.apps.accounts.models import Membership
from rempart.web.commands import preparation
from rempart.web.core import antivirus, journal, protection
from rempart.web.core.errors import Refused
from rempart.web.core.models import Job, Mail
from rempart.web.core.scope import Role
from rempart.web.core.sealing import unseal

ROOM_BYTES: Final = 2 * 1024**3
LATE: Final = timedelta(minutes=10)
CLOCK_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """What one examination found."""

    name: str
    is_well: bool
    found: str
    todo: str = ""


def settings_line() -> Line:
    """The public address, and who may ask for it."""
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].rpartition(":")[0]
    host = host or settings.PUBLIC_URL.partition("://")[2]
    known = "*" in settings.ALLOWED_HOSTS or any(
        host == name or (name.startswith(".") and host.endswith(name))
        for name in settings.ALLOWED_HOSTS
    )
    if not known:
        return Line("réglages", False, f"{host} n’est pas dans REMPART_HOSTS", f"Ajoutez-y {host}.")
    local = host in ("localhost", "127.0.0.1", "[::1]")
    if not local and not settings.PUBLIC_URL.startswith("https://"):
        return Line(
            "réglages", False, f"{settings.PUBLIC_URL} n’est pas en HTTPS",
            "Mettez un serveur mandataire avec un certificat devant Rempart, et https:// dans REMPART_URL.",
        )  # fmt: skip
    return Line("réglages", True, settings.PUBLIC_URL)


def secret_line() -> Line:
    """The key of the installation: long, and read by its owner only."""
    path = Path(settings.DATA) / "secret_key"
    if len(settings.SECRET_KEY) < 40:
        return Line(
            "clé", False, "la clé est trop courte", "Donnez au moins 50 caractères tirés au hasard."
        )
    if path.exists() and os.name == "posix" and path.stat().st_mode & 0o077:
        return Line("clé", False, f"{path} se lit par d’autres comptes", f"chmod 600 {path}")
    return Line("clé", True, "longue, et lue par son seul propriétaire")


def database_line() -> Line:
    """The database: it answers, is up to date, and is set as it must be."""
    try:
        late = preparation.pending()
        found = _database_settings()
    except (DatabaseError, RempartError) as fault:
        return Line("base", False, str(fault), "Démarrez-la, et vérifiez REMPART_DATABASE_URL.")
    if late:
        return Line(
            "base",
            False,
            f"{counted(late, 'migration')} à passer",
            "rempart backup, puis rempart migrate",
        )
    if found != "wal" and preparation.is_embedded():
        return Line(
            "base",
            False,
            f"mode {found} au lieu de WAL",
            "Le dossier doit être sur un disque local, pas sur un partage réseau.",
        )
    return Line("base", True, f"{connection.vendor}, {found}, à jour")


def _database_settings() -> str:
    """The journal mode of an embedded database, or the version of a server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA journal_mode" if preparation.is_embedded() else "SHOW server_version"
        )
        return str(cursor.fetchone()[0])


def journal_line() -> Line:
    """The journal: protected by the database as other histories are, its end in place, followed to its beginning last night."""
    if not protection.is_put(connection):
        return Line(
            "journal",
            False,
            "la base ne le protège plus",
            "rempart journal verify, puis cherchez qui a retiré les déclencheurs.",
        )
    if not journal.tail_holds():
        return Line("journal", False, "sa fin manque ou a été refaite", "rempart journal verify")
    last = Job.objects.filter(kind="verify_journal", ended_at__isnull=False).first()
    if last and last.state == Job.State.FAILED:
        return Line("journal", False, last.error, "rempart journal verify")
    return Line("journal", True, "protégé, sa fin est en place")


def room_line() -> Line:
    """Room on the disk of the data."""
    free = shutil.disk_usage(settings.DATA).free
    words = f"{free / 1024**3:.1f} Go libres"
    todo = "Faites de la place : il en faut pour les dépôts et pour la base."
    return Line("disque", free >= ROOM_BYTES, words, "" if free >= ROOM_BYTES else todo)


def folder_line() -> Line:
    """The data folder can be written."""
    path = Path(settings.DATA) / f".doctor-{os.getpid()}"
    try:
        path.write_bytes(b"")
        path.unlink()
    except OSError as fault:
        return Line(
            "dossier", False, str(fault), f"Donnez {settings.DATA} au compte qui exécute Rempart."
        )
    return Line("dossier", True, str(settings.DATA))


def mail_line() -> Line:
    """The mail server answers."""
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    backend = get_connection(timeout=5)
    try:
        backend.open()
        backend.close()
    except (OSError, smtplib.SMTPException) as fault:
        return Line(
            "courriel",
            False,
            f"{where} ne répond pas ({fault})",
            "Vérifiez REMPART_SMTP_HOST et REMPART_SMTP_PORT : les messages attendent, et partiront ensuite.",
        )
    return Line("courriel", True, where)


def worker_line() -> Line:
    """Somebody does the jobs."""
    now = timezone.now()
    waiting = Job.objects.filter(state=Job.State.WAITING, not_before_at__isnull=True)
    late = waiting.filter(asked_at__lt=now - LATE).count()
    failed = Job.objects.filter(
        state=Job.State.FAILED, ended_at__gt=now - timedelta(days=7)
    ).count()
    if late:
        return Line(
            "travaux",
            False,
            f"{late} attendent depuis plus de dix minutes",
            "Démarrez rempart serve (base embarquée) ou rempart worker.",
        )
    return Line("travaux", True, f"aucun retard, {counted(failed, 'échec')} depuis sept jours")


def key_line() -> Line:
    """What is sealed in the database opens with the present key: mail that waits, second factors."""
    sealed = list(
        Mail.objects.filter(sent_at__isnull=True).values_list("sealed_text", flat=True)[:20]
    )
    apps_of_people = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    sealed += [row.data.get("secret", "") for row in apps_of_people.order_by("-id")[:20]]
    try:
        for text in sealed:
            unseal(text)
    except Refused as fault:
        return Line("secrets", False, fault.found, fault.todo)
    return Line("secrets", True, "ce qui est scellé dans la base s’ouvre")


def antivirus_line() -> Line:
    """The anti-malware that looks at proofs, when there is one, answers."""
    where = settings.CLAMAV
    if not where:
        return Line("antivirus", True, "aucun : les preuves sont marquées « non analysé »")
    fault = antivirus.answers()
    if fault:
        return Line(
            "antivirus",
            False,
            f"{where} ne répond pas ({fault})",
            "Démarrez clamd et vérifiez REMPART_CLAMAV : d’ici là, les preuves sont marquées « non analysé ».",
        )
    return Line("antivirus", True, where)


def tries_line() -> Line:
    """Tries are counted where every process sees them."""
    name = f"doctor-{os.getpid()}"
    shared = cache.add(name, 1, timeout=60) and cache.incr(name) == 2 and cache.delete(name)
    todo = (
        "" if shared else "rempart migrate ; sans ce compte, un mot de passe se devine plus vite."
    )
    return Line("essais", bool(shared), "comptés par tous les processus ensemble", todo)


def accounts_line() -> Line:
    """Somebody can open the accounts of a region."""
    held = Membership.objects.in_force().filter(role=Role.NATIONAL_CERT)
    count = held.values("user").distinct().count()
    todo = "" if count else "rempart user create --email vous@exemple.fr"
    return Line(
        "comptes", bool(count), counted(count, "compte national", "comptes nationaux"), todo
    )


def clock_line() -> Line:
    """The clocks of this machine and of the database agree."""
    with connection.cursor() as cursor:
        embedded = connection.vendor == "sqlite"
        cursor.execute(
            "SELECT strftime('%s', 'now')" if embedded else "SELECT extract(epoch FROM now())", None
        )
        gap = abs(float(cursor.fetchone()[0]) - time.time())
    year = datetime.now(UTC).year  # noqa: TID251  # an examination of the clock itself
    well = gap < CLOCK_SECONDS and year >= 2026
    return Line(
        "horloge",
        well,
        f"écart de {gap:.0f} s avec la base",
        "" if well else "Mettez la machine à l’heure (NTP).",
    )


EXAMINATIONS: Final[tuple[Callable[[], Line], ...]] = (
    settings_line,
    secret_line,
    folder_line,
    room_line,
    database_line,
    journal_line,
    key_line,
    tries_line,
    accounts_line,
    worker_line,
    clock_line,
    antivirus_line,
    mail_line,
)


def lines() -> Iterator[Line]:
    """Every examination, in order; one that cannot be made says why, and those after it are still made."""
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    yield Line("version", sys.version_info >= (3, 11), version)
    for examine in EXAMINATIONS:
        try:
            yield examine()
        except (DatabaseError, OSError) as fault:
            name = examine.__name__.removesuffix("_line")
            yield Line(
                name,
                False,
                f"n’a pas pu être examiné : {str(fault).strip()}",
                "Réglez d’abord les lignes qui précèdent.",
            )
