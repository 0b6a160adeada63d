"""What a service that opens to anyone is judged on, and what nobody tries."""

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.checks.service_details import open_data
from rempart.engines.exposure.registry import Context
from support.exposure import TODAY, service


def test_no_name_is_tried_on_ftp_and_the_check_says_so() -> None:
    content = exposure_checks()["service_open_data"]
    assert (
        list(open_data(service(21, "ftp", banner="220 vsFTPd"), Context(content.params, TODAY)))
        == []
    )
    assert "FTP ouvert à « anonymous » n’y est pas vu" in content.why
    assert "Rempart n’en essaie aucun" in content.why
