"""A perimeter as the engine takes it, and as the file of the command line."""

from typing import Any, Final

import msgspec
import yaml

from rempart.engines.exposure import perimeter as engine
from rempart.engines.exposure.hours import Hours
from rempart.kernel.errors import UnreadableSource
from rempart.web.apps.exposure import rules
from rempart.web.apps.exposure.models import Asset, Perimeter
from rempart.web.core.errors import Refused

LONGEST_SECONDS: Final = 6 * 3600.0
"""Work of one sweep, its pauses apart: a perimeter that needs longer is swept from the command line."""

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # libyaml when the wheel has it

HEAD: Final = (
    "# Périmètre exposé, écrit par Rempart. Pour la ligne de commande :\n"
    "#   rempart audit exposure CE_FICHIER --output DOSSIER\n"
)


def declared(row: Perimeter) -> engine.Perimeter:
    """The perimeter of the rows: what was accepted, and what is excluded. Raises Refused when it declares nothing."""
    kept = list(row.assets.accepted().order_by("kind", "value"))
    assets = [_asset(asset) for asset in kept if not asset.is_excluded]
    if not assets:
        raise nothing()
    found = engine.Perimeter(
        name=str(row.establishment)[:1000],
        finess=row.establishment_id,
        assets=assets,
        consent=_consent(row),
        touch=[engine.Touch(touch) for touch in row.touch],
        limits=engine.Limits(
            connections=row.connections_at_once,
            per_second=float(row.connections_per_second),
            seconds=LONGEST_SECONDS,
        ),
        hours=rules.hours_of(row.blackouts),
        excluded=[asset.value for asset in kept if asset.is_excluded],
    )
    try:
        engine.check_perimeter(found)
    except ValueError as fault:
        raise Refused(f"Ce périmètre ne tient pas ensemble : {fault}.") from fault
    return found


def hours_of(row: Perimeter) -> Hours:
    """The hours of a perimeter that declares something, without reading all of it. Raises Refused."""
    if not row.assets.accepted().filter(is_excluded=False).exists():
        raise nothing()
    return rules.hours_of(row.blackouts)


def nothing() -> Refused:
    """A perimeter without anything to look at."""
    return Refused(
        "Ce périmètre ne déclare encore rien.",
        todo="Ajoutez au moins un domaine, un nom ou une adresse.",
    )


def file_of(row: Perimeter) -> str:
    """The YAML file of the command line."""
    plain: Any = msgspec.to_builtins(declared(row), builtin_types=(bytes,), order="sorted")
    order = ("name", "finess", "consent", "touch", "limits", "hours", "assets", "excluded")
    said = {key: plain[key] for key in order if plain.get(key)}
    if row.consent_on and row.consent_until and "consent" in said:
        said["consent"] |= {"on": row.consent_on, "until": row.consent_until}
    text: str = yaml.dump(said, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=100)
    return HEAD + text


def check_file(text: str) -> engine.Perimeter:
    """The perimeter of a file of the command line. Raises Refused."""
    try:
        return engine.parse_perimeter(text, "ce fichier")
    except UnreadableSource as fault:
        raise Refused(fault.found, expected=fault.expected, todo=fault.todo) from fault


def _asset(row: Asset) -> engine.Asset:
    return engine.Asset(
        engine.AssetKind(row.kind),
        row.value,
        subdomains=row.with_subdomains,
        addresses="follow" if row.follows_addresses else "written",
    )


def _consent(row: Perimeter) -> engine.Consent | None:
    if row.consent_on is None or row.consent_until is None:
        return None
    document = str(row.consent_document) if row.consent_document else ""
    return engine.Consent(
        row.consent_by, row.consent_function, row.consent_on, row.consent_until, document
    )
