"""One key a product, « vendor:product », from a CPE or from the names that records spell in many ways."""

import re
from typing import Final

PACKAGE: Final = "package"
"""Stands for the vendor of software that a record names by its package alone."""

_NOT_WORD: Final = re.compile(r"[^a-z0-9.+-]+")
_UNKNOWN: Final = frozenset({"", "n/a", "na", "unknown", "-", "*", "n_a"})


def key_of_cpe(cpe: str) -> str:
    """« vendor:product » of a CPE 2.2 or 2.3; "" when it is none or names nothing."""
    parts = re.split(r"(?<!\\):", cpe.strip().lower())
    if len(parts) < 4 or parts[0] != "cpe":
        return ""
    vendor, product = (parts[3], parts[4] if len(parts) > 4 else "")
    if parts[1].startswith("/"):
        vendor, product = parts[2], parts[3]
    return key_of_names(vendor.replace("\\", ""), product.replace("\\", ""))


def key_of_names(vendor: str, product: str) -> str:
    """« vendor:product » in lower case and underscores, the vendor's name taken off the product; "" when unknown."""
    left = _NOT_WORD.sub("_", vendor.strip().lower()).strip("_.")
    right = _NOT_WORD.sub("_", product.strip().lower()).strip("_.")
    if left in _UNKNOWN or right in _UNKNOWN:
        return ""
    short = right.removeprefix(left + "_")
    return f"{left}:{short or right}"
