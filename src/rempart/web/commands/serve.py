"""`rempart serve`: the pages, and on an embedded database the worker, in one process."""

import signal
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from rempart.kernel.errors import RempartError
from rempart.kernel.memory import keep_few_arenas
from rempart.web.commands import setup

if TYPE_CHECKING:
    from rempart.web.core.worker import Worker

# An open page of live news would otherwise hold the server for ever.
GRACE_SECONDS: Final = 3
APPLICATION: Final = "rempart.web.config.asgi:application"


@click.command(
    help="Servir la plateforme ; avec la base embarquée, les travaux se font dans le même processus."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse à écouter.")
@click.option("--port", default=8000, show_default=True, help="Port à écouter.")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processus (PostgreSQL).",
)
@click.option(
    "--jobs/--no-jobs",
    default=None,
    help="Faire les travaux dans ce processus ; par défaut, avec la base embarquée seulement.",
)
def serve(host: str, port: int, workers: int, jobs: bool | None) -> None:
    """Prepare, then serve until a signal."""
    setup.django()
    from rempart.web.commands import preparation  # noqa: PLC0415  # needs the settings

    preparation.prepare()
    embedded = preparation.is_embedded()
    if workers > 1 and embedded:
        raise RempartError(
            "La base embarquée n’est servie que par un processus.",
            todo="Retirez --workers, ou passez à PostgreSQL (REMPART_DATABASE_URL).",
        )
    click.echo(f"Rempart écoute sur http://{host}:{port} (Ctrl+C pour arrêter).")
    with_jobs = embedded if jobs is None else jobs
    run(host, port, workers, with_jobs=with_jobs and workers == 1)


def run(host: str, port: int, workers: int = 1, *, with_jobs: bool) -> None:
    """Serve, with a worker beside when asked; both end at SIGTERM or Ctrl+C."""
    keep_few_arenas()
    import uvicorn  # noqa: PLC0415  # a command that only shows its help does not pay for it

    worker = _worker() if with_jobs else None
    signal.signal(signal.SIGTERM, _leave)
    try:
        uvicorn.run(
            APPLICATION,
            host=host,
            port=port,
            workers=workers,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    finally:
        if worker:
            worker.stop()
            worker.wait(GRACE_SECONDS)


def _worker() -> "Worker":
    from rempart.web.core.worker import in_this_process  # noqa: PLC0415  # needs the apps

    return in_this_process()


def _leave(number: int, frame: FrameType | None) -> None:
    """uvicorn ends by itself at SIGTERM, then sends it again: what is left to do here must still be done."""
    raise SystemExit(0)
