"""Pages that belong to no app."""

from django.db import connection
from django.http import HttpRequest, HttpResponse

from rempart.web.core.policy import public


@public
def healthy(request: HttpRequest) -> HttpResponse:
    """For whoever watches the server: 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
