"""Write again the pages that are generated: `tools/docs.py`; with --check, only say which are out of date."""

import json
import runpy
import sys
from pathlib import Path

import click
import msgspec

from rempart.cli.main import cli, speak_french
from rempart.content.directory import CheckKind, DirectoryCheck
from rempart.content.exposure import ExposureCheck, Theme
from rempart.content.exposure_catalogue import exposure_checks
from rempart.content.frameworks import Framework, Origin
from rempart.content.knowledge import frameworks, measures
from rempart.content.loader import directory_checks
from rempart.content.measures import Measure, Range
from rempart.engines.directory.report import SCHEMA, Report
from rempart.engines.exposure.report import SCHEMA as EXPOSURE_SCHEMA, ExposureReport
from rempart.render.exposure import words
from rempart.render.severity import severity_word
from rempart.web.apps.accounts.rules import MAY_INVITE
from rempart.web.config.variables import page
from rempart.web.core.scope import ROLE_ACTS, ROLE_WORDS, WIDE_ACTS, Act, Role

ROOT = Path(__file__).parents[1]
GENERATED = "<!-- Page produite par `make docs` : ne pas la modifier à la main. -->"
KINDS = {
    CheckKind.CONTROL: "Points de contrôle de l’ANSSI, qui décident du niveau",
    CheckKind.WARNING: "Avertissements de la même liste, non notés",
    CheckKind.INFO: "Informations de la même liste, non notées",
    CheckKind.EXTRA: "Ce que la liste n’a pas, et que les attaquants utilisent",
}


def cell(text: str) -> str:
    """A text that does not break a table."""
    return " ".join(text.split()).replace("|", "\\|")


def row(check: DirectoryCheck) -> str:
    """One line of the catalogue."""
    levels = sorted({point.level for point in check.points} or set(check.level_hint))
    shown = ", ".join(map(str, levels)) or "–"
    return f"| {cell(check.theme)} | `{check.id}` | {shown} | {cell(check.title)} | {check.revised_on} |"


def catalogue() -> str:
    """The checks of the directory audit, by kind and theme."""
    checks = directory_checks().values()
    parts = [
        GENERATED,
        "# Catalogue des contrôles d’annuaire",
        "Identifiants et niveaux sont ceux de la source de chaque contrôle ; les textes sont les nôtres.",
    ]
    for kind, title in KINDS.items():
        mine = sorted((c for c in checks if c.kind == kind), key=lambda c: (c.theme, c.id))
        if mine:
            parts.append(f"## {title} ({len(mine)})")
            head = "| Thème | Identifiant | Niveaux | Constat | Révisé le |\n|---|---|---|---|---|"
            parts.append("\n".join([head, *map(row, mine)]))
    return "\n\n".join(parts) + "\n"


def help_of(command: click.Command, words: str) -> list[str]:
    """The help of a command, then of those under it."""
    with click.Context(command, info_name=words, terminal_width=96, color=False) as context:
        parts = [f"## `{words}`\n\n```text\n{command.get_help(context).rstrip()}\n```"]
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                under = command.get_command(context, name)
                parts += help_of(under, f"{words} {name}") if under else []
    return parts


def commands() -> str:
    """The help of the command line, as it prints it."""
    speak_french()
    return "\n\n".join([GENERATED, "# Commandes", *help_of(cli, "rempart")]) + "\n"


def report_schema() -> str:
    """The JSON schema of the report of the directory audit."""
    return schema_of(Report, SCHEMA)


def exposure_schema() -> str:
    """The JSON schema of the report of the exposure audit."""
    return schema_of(ExposureReport, EXPOSURE_SCHEMA)


def schema_of(struct: type[msgspec.Struct], name: str) -> str:
    """The JSON schema of a struct."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name}
    return json.dumps(title | msgspec.json.schema(struct), ensure_ascii=False, indent=1) + "\n"


def exposure_catalogue() -> str:
    """The checks of the exposure audit, by theme."""
    checks = exposure_checks().values()
    parts = [
        GENERATED,
        "# Catalogue des contrôles d’exposition",
        "Le numéro de recommandation est celui du document nommé ; les textes et les gravités sont les nôtres.",
    ]
    for theme in Theme:
        mine = sorted((c for c in checks if c.theme == theme), key=lambda c: c.id)
        if mine:
            parts.append(f"## {words.theme(theme)} ({len(mine)})")
            parts.append(
                table(
                    ["Identifiant", "Gravité", "Constat", "Source", "Révisé le"],
                    [*map(exposure_row, mine)],
                )
            )
    return "\n\n".join(parts) + "\n"


def exposure_row(check: ExposureCheck) -> list[str]:
    """One line of the catalogue of the exposure audit."""
    source = ", ".join(x for x in (check.source.document, check.source.anchor) if x)
    return [f"`{check.id}`", severity_word(check.severity), check.title, source, check.revised_on]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def access() -> str:
    """What each role may do, whom it may invite, and what each person of the tests gets from each address."""
    asserted = runpy.run_path(str(ROOT / "tests/web/access_table.py"))
    acts = [[f"`{a}`", *("●" if a in acts_of(r) else "" for r in Role)] for a in Act]
    invited = [
        [ROLE_WORDS[r], ", ".join(ROLE_WORDS[x] for x in Role if x in MAY_INVITE[r]) or "–"]
        for r in Role
    ]
    who = [str(person or "anonymous") for person in asserted["PEOPLE"]]
    parts = [
        "<!-- Written by `make docs`: do not edit by hand. -->",
        "# Access",
        "What a role may do is the table `ROLE_ACTS` (`web/core/scope.py`), and nothing else decides it. "
        "A scope is made of grants: a role on a level, or a mandate on one establishment.",
        "## Roles and acts",
        table(["Act", *(f"`{r}`" for r in Role)], acts),
        "## Who invites whom, on the same level or under it",
        table(["Role", "Invites"], invited),
        "## Who gets what from each address",
        "The things that an address names belong to Alice’s nursing home. 422 and 409: allowed, and the form "
        "is wrong. Asserted by `tests/web/test_access.py`, which fails on an address that is not here.",
    ]
    for title, name in (("Pages", "PAGES"), ("API", "API")):
        rows = [[f"`{key}`", *said.split()] for key, said in asserted[name].items()]
        parts += [f"### {title}", table(["Route", *who], rows)]
    return "\n\n".join(parts) + "\n"


def acts_of(role: Role) -> frozenset[Act]:
    """The acts of a role, those that it has only above one establishment included."""
    return ROLE_ACTS[role] | WIDE_ACTS.get(role, frozenset())


def questions() -> str:
    """Every question that Rempart asks, by framework and theme."""
    parts = [
        GENERATED,
        "# Les référentiels et leurs questions",
        "Identifiants, dates et chiffres sont ceux de la source de chaque question ; les textes sont les nôtres. "
        "« Source à confirmer » : nous n’avons pas pu vérifier dans un texte officiel.",
    ]
    for framework in frameworks().values():
        parts += of_framework(framework)
    return "\n\n".join(parts) + "\n"


def of_framework(framework: Framework) -> list[str]:
    """A framework: what it is, who wrote it, its questions."""
    rows = [
        [theme.title, item.ref or "–", item.title, source_of(item.source)]
        for theme in framework.themes
        for item in theme.items
    ]
    facts = f"{len(rows)} questions, environ {framework.minutes} minutes. {framework.audience}."
    return [
        f"## {framework.title}",
        framework.description.strip(),
        facts,
        f"> {cell(framework.statement)}",
        table(["Thème", "Repère", "Question", "Source"], rows),
    ]


def source_of(origin: Origin) -> str:
    """The source of a fact, as a line of a table."""
    said = ", ".join(part for part in (origin.document, origin.version, origin.anchor) if part)
    return said if origin.is_certain else f"{said} (source à confirmer)"


def measures_page() -> str:
    """Every measure, with what it costs and what comes before."""
    known = measures()
    head = ["Mesure", "Jours", "Euros, une fois", "Euros par an", "Qui", "Après", "Répare"]
    rows = [
        [
            of_measure(m),
            *(between(r) for r in (m.cost.days, m.cost.euros, m.cost.euros_per_year)),
            m.owner_function,
            ", ".join(known[name].title for name in m.requires) or "–",
            ", ".join(mends.item or mends.finding for mends in m.mends),
        ]
        for m in sorted(known.values(), key=lambda m: m.title)
    ]
    parts = [
        GENERATED,
        "# Les mesures et leurs coûts",
        "Les coûts sont des fourchettes pour un établissement d’environ 80 lits, estimées par Rempart : chacun les "
        "corrige dans son plan. ● : à la portée d’un petit établissement dans le mois. ◆ : se partage dans un groupe.",
        table(head, rows),
    ]
    return "\n\n".join(parts) + "\n"


def of_measure(measure: Measure) -> str:
    """The title of a measure and its marks."""
    marks = ("●" if measure.is_quick else "") + ("◆" if measure.is_shareable else "")
    return f"{measure.title} {marks}".strip()


def between(cost: Range) -> str:
    """A range of costs."""
    return f"{cost.low:g} à {cost.high:g}" if cost.high else "–"


def variables() -> str:
    """The variables of an installation."""
    return f"{GENERATED}\n\n{page()}"


PAGES = {
    "src/rempart/engines/directory/schemas/directory-report-1.json": report_schema,
    "src/rempart/engines/exposure/schemas/exposure-report-1.json": exposure_schema,
    "docs/dev/access.md": access,
    "docs/utilisateur/catalogue.md": catalogue,
    "docs/utilisateur/catalogue-exposition.md": exposure_catalogue,
    "docs/utilisateur/commandes.md": commands,
    "docs/utilisateur/mesures.md": measures_page,
    "docs/utilisateur/questions.md": questions,
    "docs/exploitation/variables.md": variables,
}


def stale() -> list[str]:
    """Pages whose text is no longer what the code and the content say."""
    return [
        name
        for name, page in PAGES.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != page()
    ]


def run() -> int:
    """Write, or only check."""
    late = stale()
    if "--check" in sys.argv:
        for name in late:
            print(f"{name} n’est plus à jour : make docs")
        return bool(late)
    for name in late:
        (ROOT / name).write_text(PAGES[name](), encoding="utf-8", newline="\n")
        print(f"{name} écrite")
    return 0


if __name__ == "__main__":
    sys.exit(run())
