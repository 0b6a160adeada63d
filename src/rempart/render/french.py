"""Numbers, dates and agreements as French typography wants them."""

from datetime import date
from typing import Final

from rempart.kernel.french import NARROW, plural

NBSP: Final = "\u00a0"

_MONTHS: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_WORDS: Final = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit"),
    *("neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"),
)


def number(value: int | float) -> str:
    """1585 → 1 585; 5.25 → 5,3 (one decimal, none when it is whole)."""
    text = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    text = text.removesuffix(".0")
    return text.replace(",", NARROW).replace(".", ",")


def percent(part: int, whole: int) -> str:
    """A share in per cent; a share that is not nil is never written 0 %, nor one that is not whole 100 %."""
    if whole <= 0:
        return "–"
    share = 100 * part / whole
    if 0 < share < 1:
        text = "moins de 1"
    elif 99 < share < 100:
        text = "plus de 99"
    else:
        text = f"{share:.0f}"
    return f"{text}{NARROW}%"


def counted(count: int, one: str, many: str = "") -> str:
    """« 1 585 comptes », « 0 compte »."""
    return f"{number(count)}{NBSP}{plural(count, one, many)}"


def words(count: int, *, feminine: bool = False) -> str:
    """A number in letters up to sixteen, in digits above."""
    if count == 1 and feminine:
        return "une"
    return _WORDS[count] if 0 <= count < len(_WORDS) else number(count)


def day(iso: str) -> str:
    """2026-11-14 → 14 novembre 2026; a text that is not a date comes back as it is."""
    try:
        when = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    first = "1er" if when.day == 1 else str(when.day)
    return f"{first} {_MONTHS[when.month - 1]} {when.year}"


def duration(minutes: int) -> str:
    """Minutes of one administrator: 45 min, 2 h 30, 3 jours (of seven hours)."""
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    if minutes < 14 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours}{NBSP}h" + (f"{NBSP}{rest:02d}" if rest else "")
    return counted(round(minutes / 420), "jour")


def size(octets: int) -> str:
    """A file size in the decimal units that French systems show."""
    value = float(octets)
    for unit in ("octets", "Ko", "Mo", "Go"):
        if value < 1000 or unit == "Go":
            break
        value /= 1000
    return f"{number(round(value, 1)) if unit != 'octets' else number(octets)}{NBSP}{unit}"


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" else f"{text}."


def ranges(numbers: list[int]) -> str:
    """« 2 à 14, 16 »: increasing numbers, those that follow one another together."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return ", ".join(
        f"{run[0]} à {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
    )
