"""Feed bundles for the tests: made from the samples, signed by a key of the moment."""

from datetime import date
from pathlib import Path
from typing import Final

from rempart.engines.exposure.feeds.build import read_folder
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.feeds.envelope import sealed
from rempart.engines.exposure.feeds.trust import new_key_pair, read_signing_key

SAMPLES: Final = Path(__file__).parents[1] / "data" / "exposure" / "feeds"
MADE_ON: Final = date(2026, 3, 10)


def sample_bundle() -> Bundle:
    """The bundle of the samples."""
    read = read_folder(SAMPLES)
    return Bundle(read.contents, read.origins, made_on=MADE_ON.isoformat(), signer="test")


def signed_file(folder: Path, *, made_on: date = MADE_ON, name: str = "feeds") -> tuple[Path, Path]:
    """A signed bundle of the samples, and the public key of its author."""
    private, public = new_key_pair()
    read = read_folder(SAMPLES)
    bundle, trust = folder / f"{name}.rempart-feeds", folder / f"{name}.pem"
    key = read_signing_key(private)
    bundle.write_bytes(sealed(read.contents, read.origins, made_on=made_on, key=key))
    trust.write_bytes(public)
    return bundle, trust
