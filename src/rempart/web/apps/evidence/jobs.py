"""What the vault does by itself."""

from datetime import time

from django.utils import timezone

from rempart.web.apps.evidence import actions
from rempart.web.core import schedule
from rempart.web.core.jobs import Run, job


@schedule.daily("remind_of_documents", at=time(5, 45))
@job("remind_of_documents", title="Prévenir des documents qui expirent")
def remind_of_documents(run: Run) -> None:
    """Before the digests leave."""
    actions.remind(timezone.localdate())
