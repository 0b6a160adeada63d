"""`rempart worker`: a process that only does the jobs; start as many as there is work for, on any machine."""

import signal
from types import FrameType

import click

from rempart.web.commands import setup


@click.command(help="Faire les travaux en attente (analyses, imports, courriels) jusqu’à l’arrêt.")
def worker() -> None:
    """Work until a signal; the job under way then goes back to the queue."""
    setup.django()
    from rempart.web.core.worker import Worker  # noqa: PLC0415  # needs the apps

    found = Worker()

    def leave(number: int, frame: FrameType | None) -> None:
        found.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    click.echo(f"Travaux : {found.name} est prêt (Ctrl+C pour arrêter).")
    found.run()
