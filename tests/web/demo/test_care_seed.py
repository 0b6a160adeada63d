"""The file of the invented GHT: half way, and worth looking at."""

from datetime import date

import pytest

from rempart.kernel.outcome import Outcome
from rempart.web.apps.funding.models import CareFile
from rempart.web.apps.funding.queries import ledger_of
from rempart.web.apps.funding.standing import shares, standing
from rempart.web.demo.people import SUPPORT

TODAY = date(2026, 11, 22)


@pytest.mark.slow
def test_the_group_holds_a_file_half_way(region: None, db: None) -> None:
    file = CareFile.objects.get(establishment=SUPPORT)
    found = standing(file, TODAY)
    assert found.missing and found.counts[Outcome.PASSED] < found.asked_count
    words = [p.words for o in found.objectives for p in o.pieces if p.document]
    assert any(w.startswith("trop ancienne") for w in words)
    _, share = shares(file, found.framework)[0]
    assert share.fewest and not share.is_reached
    balance = ledger_of(file, TODAY).balance
    assert balance.over > 0 and balance.engaged > balance.eligible
