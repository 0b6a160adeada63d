"""Where domains are registered: the public suffix list, shipped with its package and never fetched."""

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=16384)
def registrable(domain: str) -> str:
    """The domain that a person registered: `rdv.ch-exemple.fr` → `ch-exemple.fr`; "" for a public suffix itself."""
    return _suffixes().privatesuffix(domain.lower().rstrip(".")) or ""
