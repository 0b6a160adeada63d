"""`rempart content check`: every content file against its schema, its function, its examples and what it names."""

import click

from rempart.content.exposure_catalogue import exposure_checks
from rempart.content.knowledge import frameworks, item_maps, measures, programmes
from rempart.content.knowledge_check import faults as faults_of_knowledge
from rempart.content.loader import (
    directory_actions,
    directory_checks,
    directory_facts,
    directory_relations,
)
from rempart.content.severity_check import faults as faults_of_severities
from rempart.engines.directory import checks as _checks
from rempart.engines.directory.content_check import faults_of_content
from rempart.engines.exposure.content_check import faults_of_content as faults_of_exposure
from rempart.kernel.errors import InvalidContent
from rempart.kernel.french import counted

REGISTERED = _checks


@click.group(help="Le contenu de Rempart : points de contrôle, relations, gestes.")
def content() -> None:
    """The group of the content commands."""


@content.command(
    "check",
    help="Vérifier chaque fichier : schéma, renvois, exemples qui doivent et ne doivent pas être relevés.",
)
@click.pass_context
def content_check(ctx: click.Context) -> None:
    """Print each fault; exit with 1 when there is one."""
    try:
        counts = {
            "points de contrôle": len(directory_checks()),
            "relations": len(directory_relations()),
            "gestes": len(directory_actions()),
            "faits": len(directory_facts()),
            "contrôles d’exposition": len(exposure_checks()),
            "référentiels": len(frameworks()),
            "questions": sum(len(framework.items) for framework in frameworks().values()),
            "programmes": len(programmes()),
            "mesures": len(measures()),
            "correspondances": sum(len(found.pairs) for found in item_maps().values()),
        }
        faults = [
            *faults_of_content(),
            *faults_of_exposure(),
            *faults_of_knowledge(),
            *faults_of_severities(),
        ]
    except InvalidContent as refused:
        faults, counts = [str(refused)], {}
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        click.echo(f"{counted(len(faults), 'défaut')} dans le contenu.", err=True)
        ctx.exit(1)
    click.echo("Contenu valide : " + ", ".join(f"{n} {what}" for what, n in counts.items()) + ".")
