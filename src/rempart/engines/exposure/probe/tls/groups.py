"""The named groups of the key exchange: elliptic curves, finite fields, and hybrids that resist a quantum computer.

Codes and names of the IANA registry « TLS Supported Groups »; strength in bits against known attacks (half the size
of the curve; NIST SP 800-57 part 1 for finite fields).
"""

from typing import Final

GROUPS: Final = {
    29: "x25519",
    23: "secp256r1",
    24: "secp384r1",
    25: "secp521r1",
    30: "x448",
    26: "brainpoolP256r1",
    27: "brainpoolP384r1",
    28: "brainpoolP512r1",
    31: "brainpoolP256r1tls13",
    32: "brainpoolP384r1tls13",
    33: "brainpoolP512r1tls13",
    41: "curveSM2",
    256: "ffdhe2048",
    257: "ffdhe3072",
    258: "ffdhe4096",
    259: "ffdhe6144",
    260: "ffdhe8192",
    22: "secp256k1",
    20: "secp224k1",
    21: "secp224r1",
    18: "secp192k1",
    19: "secp192r1",
    15: "secp160k1",
    16: "secp160r1",
    17: "secp160r2",
    1: "sect163k1",
    2: "sect163r1",
    3: "sect163r2",
    4: "sect193r1",
    5: "sect193r2",
    6: "sect233k1",
    7: "sect233r1",
    8: "sect239k1",
    9: "sect283k1",
    10: "sect283r1",
    11: "sect409k1",
    12: "sect409r1",
    13: "sect571k1",
    14: "sect571r1",
    4588: "X25519MLKEM768",
    4587: "SecP256r1MLKEM768",
    4589: "SecP384r1MLKEM1024",
    512: "MLKEM512",
    513: "MLKEM768",
    514: "MLKEM1024",
    25497: "X25519Kyber768Draft00",
    25498: "SecP256r1Kyber768Draft00",
}

TLS13_GROUPS: Final = (
    *(4588, 4587, 4589, 512, 513, 514, 25497, 25498),
    *(29, 23, 24, 25, 30, 31, 32, 33, 41, 256, 257, 258, 259, 260),
)
LEGACY_GROUPS: Final = tuple(c for c in GROUPS if c < 31 or 256 <= c <= 260)
WEAK_GROUPS: Final = (15, 16, 17, 18, 19, 1, 2, 3, 4, 5)
"""Curves under 112 bits of strength."""

HYBRIDS: Final = frozenset(
    {
        "X25519MLKEM768",
        "SecP256r1MLKEM768",
        "SecP384r1MLKEM1024",
        "MLKEM512",
        "MLKEM768",
        "MLKEM1024",
    }
)
"""Groups of the published standards that resist a quantum computer; the drafts of Kyber do not count."""


def group_name(code: int) -> str:
    """Registered name, or the code in hexadecimal."""
    return GROUPS.get(code, f"0x{code:04X}")


WEAK_GROUP_NAMES: Final = frozenset(GROUPS[code] for code in WEAK_GROUPS)
