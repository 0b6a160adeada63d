"""What the views of files share."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from rempart.content.knowledge import programmes
from rempart.web.apps.establishments.access import allows
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.funding import queries
from rempart.web.apps.funding.models import CareFile
from rempart.web.core import access_log
from rempart.web.core.policy import scope_of
from rempart.web.core.scope import Act


def file_of(request: HttpRequest, pk: int, act: Act = Act.SEE_FINDINGS) -> CareFile:
    """The file of the address, and the note that it was shown."""
    found = queries.file_or_404(scope_of(request), pk, act)
    access_log.shown(request, establishment=found.establishment_id, words="Dossier CaRE")
    return found


def base(request: HttpRequest, file: CareFile) -> dict[str, Any]:
    """What every page of a file needs."""
    programme = programmes()[file.programme]
    return {
        "file": file,
        "establishment": file.establishment,
        "programme": programme,
        "framework": catalogue.get(programme.framework),
        "may_edit": allows(scope_of(request), file.establishment_id, Act.EDIT_CARE_FILE),
        "today": timezone.localdate(),
    }
