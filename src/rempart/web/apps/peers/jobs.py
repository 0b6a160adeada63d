"""What the peers app does by itself."""

from datetime import time

from django.utils import timezone

from rempart.web.apps.peers import actions
from rempart.web.apps.peers.rules import Quarter
from rempart.web.core import schedule
from rempart.web.core.jobs import Run, job


@schedule.daily("freeze_peer_figures", at=time(2, 30))
@job("freeze_peer_figures", title="Figer les chiffres du trimestre")
def freeze_peer_figures(run: Run) -> None:
    """Freeze the quarter that has just ended; every other day there is nothing to do."""
    actions.freeze_quarter(Quarter.of(timezone.localdate()).shifted(-1))
