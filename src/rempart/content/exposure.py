"""The knowledge on internet exposure: one YAML file a check in `exposure_checks/`, validated as it is read.

The text is ours, in French; recommendation numbers and figures are those of the source that each file names.
"""

from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

from rempart.content.directory import Reference, Status, Text
from rempart.content.severity import Severity


class Theme(StrEnum):
    """The families of checks, all counted on one scale."""

    DNS = "dns"
    MAIL = "mail"
    TLS = "tls"
    HTTP = "http"
    SERVICE = "service"  # what should not answer on the internet
    HOLE = "hole"  # known holes and end of life


class ExposureFix(Struct, forbid_unknown_fields=True, frozen=True):
    """How to mend it on one product; `product` is an id of `reference/exposure_products.yaml`, or "any"."""

    product: Text
    steps: Text
    commands: str = ""
    rollback: str = ""
    service_effect: str = ""
    minutes: Annotated[int, Meta(ge=1)] = 30  # of one administrator, for one target


class ExposureExample(Struct, forbid_unknown_fields=True, frozen=True):
    """Something seen, as plain fields of the struct that the check takes, and what the check must say of it."""

    title: Text
    expect: Annotated[str, Meta(pattern="^(passed|failed|not_applicable|not_measured)$")]
    seen: dict[str, Any] = {}  # « seen » names the kind, for a check that takes several
    today: str = "2026-06-01"
    holes: dict[str, Any] = {}  # sections of a feed bundle (engines.exposure.feeds.bundle.Contents)


class ExposureCheck(Struct, forbid_unknown_fields=True, frozen=True):
    """A check of the exposure audit, as its file states it. `params` are its dated figures."""

    id: Annotated[str, Meta(pattern="^(dns|mail|tls|http|service|hole)_[a-z0-9_]+$")]
    theme: Theme
    title: Text  # the finding, as a sentence: what is wrong when it fails
    why: Text  # what it would cost to care
    severity: Severity  # by default; a check may lower or raise it for one target, and says why
    fixes: list[ExposureFix]  # the first that fits the product seen; the last has product "any"
    source: Reference  # the rule: ANSSI recommendation when there is one, with its number as anchor
    status: Status
    revised_on: Text
    references: list[Reference] = []
    objectives: list[str] = []  # items of frameworks that it counts for (care_d1.exposition.…)
    params: dict[str, Any] = {}
    in_force_on: str = ""
    examples: list[ExposureExample] = []
