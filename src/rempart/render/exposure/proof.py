"""The proof file of a level held: both audits, what is said of the audits between, and how to check it all."""

from collections.abc import Sequence
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.content.exposure_rules import HeldRules
from rempart.engines.exposure.held import Audit, Window, WindowState
from rempart.engines.exposure.proof import sealed, signer
from rempart.engines.exposure.report import ExposureReport, swept_on
from rempart.kernel.errors import RempartError
from rempart.render.exposure import pdf
from rempart.render.french import day
from rempart.render.outputs import encoded
from rempart.render.severity import severity_word

README: Final = """\
Preuve que le niveau d’exposition est tenu : {perimeter}
Objectif {objective} du programme {programme}.

{message}
Premier audit : {first}. Second audit : {second}.
Délai demandé : de {least} à {most} jours entre les deux{days_doubt}.
Gravités qui bloquent : {blocking}{doubt}.

Ce dossier contient les deux rapports (JSON et PDF), les audits faits entre les deux (tenue.json), et l’empreinte
SHA-256 de chaque pièce (MANIFEST.sha256).

Pour vérifier que rien n’a changé :
    Linux    sha256sum -c MANIFEST.sha256
    Windows  Get-FileHash *.* -Algorithm SHA256, à comparer ligne à ligne
{signature}
Ce document n’est pas officiel : seul le guichet du programme dit si l’objectif est atteint.
"""
SIGNED: Final = """
Signé par la clé {name}. Pour le vérifier :
    openssl pkeyutl -verify -pubin -inkey cle-publique.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sha256.sig
La clé publique jointe ne prouve rien seule : comparez-la à celle que le signataire a publiée.
"""
DOUBT: Final = " (lecture de Rempart, le texte officiel n’a pas été retrouvé)"


def assembled(
    first: ExposureReport,
    second: ExposureReport,
    audits: Sequence[Audit],
    held: Window,
    rules: HeldRules,
    key: Ed25519PrivateKey | None = None,
) -> bytes:
    """The proof file, the same bytes for the same input. Raises RempartError when the level is not held, or when the
    reports are not those that the proof rests on."""
    if held.state is not WindowState.HELD or held.first is None or held.second is None:
        raise RempartError(
            "Le niveau n’est pas encore tenu : le dossier de preuve ne peut pas être fait.",
            expected="Deux audits qui atteignent le niveau, dans les délais, sans recul entre les deux.",
            todo=held.message,
        )
    days = (held.first.on.isoformat(), held.second.on.isoformat())
    if (swept_on(first).isoformat(), swept_on(second).isoformat()) != days:
        raise RempartError(
            "Les rapports donnés ne sont pas ceux des deux audits de la preuve.",
            expected=f"Les rapports du {day(days[0])} et du {day(days[1])}.",
        )
    files = {
        f"audit-1-{days[0]}.json": encoded(first),
        f"audit-1-{days[0]}.pdf": pdf.compiled(first),
        f"audit-2-{days[1]}.json": encoded(second),
        f"audit-2-{days[1]}.pdf": pdf.compiled(second),
        "tenue.json": _facts(second, audits, held, rules),
        "LISEZMOI.txt": _readme(second, held, rules, key),
    }
    return sealed(files, key)


def _facts(
    report: ExposureReport, audits: Sequence[Audit], held: Window, rules: HeldRules
) -> bytes:
    """What the proof says, for a program: the rules, the audits, the two that it rests on."""
    told = {
        "perimeter": report.perimeter,
        "finess": report.finess,
        "rules": msgspec.to_builtins(rules),
        "first": held.first.on.isoformat() if held.first else "",
        "second": held.second.on.isoformat() if held.second else "",
        "audits": [
            {"on": a.on.isoformat(), "outcome": a.outcome, "reasons": list(a.reasons), "key": a.key}
            for a in sorted(audits, key=lambda a: (a.on, a.key))
        ],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def _readme(
    report: ExposureReport, held: Window, rules: HeldRules, key: Ed25519PrivateKey | None
) -> bytes:
    text = README.format(
        perimeter=report.perimeter,
        objective=rules.objective,
        programme=rules.programme,
        message=held.message,
        first=day(held.first.on.isoformat()) if held.first else "",
        second=day(held.second.on.isoformat()) if held.second else "",
        least=rules.least_days,
        most=rules.most_days,
        days_doubt="" if rules.days_source.is_certain else DOUBT,
        blocking=", ".join(severity_word(s) for s in rules.blocking_severities),
        doubt="" if rules.severities_source.is_certain else DOUBT,
        signature=SIGNED.format(name=signer(key)) if key else "",
    )
    return text.encode("utf-8", "replace")
