"""Names that no server can be asked."""

import pytest

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns.names import to_wire


@pytest.mark.parametrize("text", ["é" * 60 + ".fr", "a..fr", "a" * 64 + ".fr", "\ud800.fr"])
def test_a_label_that_is_none_is_a_fault(text: str) -> None:
    with pytest.raises(ProtocolFault, match="impossible"):
        to_wire(text)


def test_a_name_has_255_bytes_at_most() -> None:
    assert len(to_wire(".".join(["a" * 60] * 4))) == 245
    with pytest.raises(ProtocolFault, match="255"):
        to_wire(".".join(["a" * 60] * 5))
