"""`rempart doctor`: what is wrong with an installation, and what to do."""

import click

from rempart.kernel.french import counted
from rempart.web.commands import setup


@click.command(help="Examiner l’installation et dire ce qui est à revoir (code 1 s’il y en a).")
@click.pass_context
def doctor(context: click.Context) -> None:
    """One line an examination."""
    setup.django()
    from rempart.web.commands import examination  # noqa: PLC0415  # needs the settings

    wrong = 0
    for line in examination.lines():
        wrong += not line.is_well
        click.echo(f"{'OK      ' if line.is_well else 'À REVOIR'}  {line.name:<9} {line.found}")
        if line.todo:
            click.echo(f"          {'':<9} → {line.todo}")
    click.echo("Tout va bien." if not wrong else f"{counted(wrong, 'point')} à revoir.")
    context.exit(1 if wrong else 0)
