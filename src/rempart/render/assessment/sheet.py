"""What a report of a self-assessment says, in words, whatever the document that carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rempart.content.frameworks import Framework, Item
from rempart.engines.maturity.answers import Given, Kind, level_of
from rempart.engines.maturity.first_actions import Suggestion
from rempart.engines.maturity.score import Range, Score, ThemeScore
from rempart.kernel.french import plural
from rempart.render.french import counted, day, number
from rempart.render.svg.radar import LEAST_AXES, Axis, radar

STYLE = (
    "text{font-family:'Libertinus Serif',serif;font-size:15px;fill:#333}.strong{font-weight:bold}"
    ".none{fill:#999}.ax{fill:none;stroke:#ccc}.band{fill:#0b5563;fill-opacity:.22}"
    ".l{fill:#0b5563;fill-opacity:.12;stroke:#0b5563;stroke-width:2}"
    ".l2{fill:none;stroke:#a3450f;stroke-width:2;stroke-dasharray:5 4}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One item: what was answered and how (« déclarée »…), what a measure shows, what is said and what proves it."""

    item: Item
    given: Given | None
    how: str = ""
    measured: str = ""
    is_contradicted: bool = False
    note: str = ""
    documents: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """An action of the plan that somebody decided: who does it, before which day (ISO); both may be empty."""

    title: str
    who: str = ""
    due_on: str = ""


HALF = 50.0
"""In per cent: what is below is not called solid."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a report is made of. Days are ISO; `before` is the result of the time before, and its day; `moved` says
    what made it move; `others_decided` counts the decisions that are not named."""

    framework: Framework
    establishment: str
    finess: str
    made_on: str
    answered_by: str
    score: Score
    lines: Mapping[str, Line]
    first: Sequence[Suggestion] = ()
    before: Score | None = None
    before_on: str = ""
    code: str = ""
    others: Sequence[str] = field(default=())
    moved: str = ""
    decided: Sequence[Decided] = ()
    others_decided: int = 0


def range_words(found: Range | None) -> str:
    """« 62 % », « entre 48 et 71 % », « sans objet »."""
    if found is None:
        return "sans objet"
    low, high = round(found.low), round(found.high)
    return f"{low} %" if low == high else f"entre {low} et {high} %"


def words_of(sheet: Sheet) -> dict[str, Any]:
    """Every word and figure of the report, as plain data."""
    found = sheet.score
    return {
        "title": sheet.framework.title,
        "establishment": sheet.establishment,
        "finess": sheet.finess,
        "made": day(sheet.made_on),
        "answered_by": sheet.answered_by,
        "result": range_words(found.score),
        "result_note": _result_note(found),
        "before": _before(sheet),
        "moved": sheet.moved,
        "decided": [_decided(found) for found in sheet.decided],
        "others_decided": _others(sheet.others_decided),
        "see": _see(sheet),
        "themes": [_theme(k, t, sheet) for k, t in enumerate(found.themes, 1)],
        "first": [_first(k, s) for k, s in enumerate(sheet.first, 1)],
        "chapters": _chapters(sheet),
        "measured": _measured(sheet),
        "statement": sheet.framework.statement,
        "source": _source(sheet.framework),
        "formula": FORMULA,
        "code": sheet.code,
        "version": sheet.framework.version,
    }


FORMULA = (
    "Une réponse vaut de 0 (premier niveau) à 1 (dernier niveau). Un thème est la moyenne de ses questions, pesées selon "
    "leur importance ; le résultat est la moyenne des thèmes, de même. « Je ne sais pas » et l’absence de réponse ne "
    "comptent pas pour zéro : le résultat est calculé deux fois, au plus bas et au plus haut de ce qui est possible. "
    "« Sans objet » sort du calcul."
)


def _result_note(found: Score) -> str:
    count = found.count
    parts = [f"{counted(count.answered, 'réponse')} sur {count.total}"]
    if count.unknown:
        parts.append(f"{count.unknown} « je ne sais pas »")
    if count.left:
        parts.append(f"{counted(count.left, 'question')} sans réponse")
    if count.not_applicable:
        parts.append(f"{count.not_applicable} sans objet")
    return ", ".join(parts)


def _before(sheet: Sheet) -> str:
    if sheet.before is None:
        return ""
    return f"{range_words(sheet.before.score)} le {day(sheet.before_on)}"


def _see(sheet: Sheet) -> str:
    known = [t for t in sheet.score.themes if t.score is not None]
    if not known:
        return "Aucune question ne s’applique."
    worst = min(known, key=lambda t: (t.score.low if t.score else 0, t.theme))
    best = max(known, key=lambda t: (t.score.low if t.score else 0, t.theme))
    if best.score is None or best.score.low < HALF:
        first = (
            f"Aucun thème n’est encore sûr d’atteindre la moitié. Le plus avancé : {best.title}."
        )
    else:
        first = f"Le plus solide : {best.title}."
    return f"{first} Là où il reste le plus à faire ou à savoir : {worst.title}."


def _decided(found: Decided) -> dict[str, str]:
    return {
        "title": found.title,
        "who": found.who or "à désigner",
        "due": day(found.due_on) if found.due_on else "à fixer",
    }


def _others(count: int) -> str:
    return f"Et {counted(count, 'autre action', 'autres actions')} dans le plan." if count else ""


def picture_of(sheet: Sheet) -> str:
    """The radar of the themes with that of the time before; nothing under three themes."""
    themes = sheet.score.themes
    if len(themes) < LEAST_AXES:
        return ""
    before = {t.theme: t.score.low for t in sheet.before.themes if t.score} if sheet.before else {}
    axes = [
        Axis(
            t.title,
            t.score.low if t.score else None,
            t.score.high if t.score else None,
            before.get(t.theme),
        )
        for t in themes
    ]
    return radar(axes, sheet.framework.title, style=STYLE)


def _theme(number_: int, theme: ThemeScore, sheet: Sheet) -> dict[str, str]:
    before = next(
        (t.score for t in sheet.before.themes if t.theme == theme.theme)
        if sheet.before
        else iter(()),
        None,
    )
    return {
        "number": str(number_),
        "title": theme.title,
        "score": range_words(theme.score),
        "before": range_words(before) if before else "",
        "answered": f"{theme.count.done} sur {theme.count.total}",
    }


def _first(number_: int, suggestion: Suggestion) -> dict[str, Any]:
    measure, cost = suggestion.measure, suggestion.measure.cost
    money = _between(cost.euros.low, cost.euros.high, "€")
    yearly = _between(cost.euros_per_year.low, cost.euros_per_year.high, "€ par an")
    days = _between(cost.days.low, cost.days.high, "jour" if cost.days.high < 2 else "jours")
    return {
        "number": str(number_),
        "title": measure.title,
        "why": measure.why,
        "steps": list(measure.steps),
        "owner": measure.owner_function,
        "cost": ", ".join(part for part in (days, money, yearly) if part) or "sans dépense",
        "cost_source": cost.source,
        "mends": [item.title for item in suggestion.items],
        "is_uncertain": suggestion.is_uncertain,
    }


def _between(low: float, high: float, unit: str) -> str:
    if high <= 0:
        return ""
    if low == high:
        return f"{number(high)} {unit}"
    return f"de {number(low)} à {number(high)} {unit}"


def _chapters(sheet: Sheet) -> list[dict[str, Any]]:
    found = []
    for theme in sheet.framework.themes:
        rows = [_row(sheet.lines[item.id]) for item in theme.items if item.id in sheet.lines]
        if rows:
            found.append({"title": theme.title, "why": theme.why, "rows": rows})
    return found


def _row(line: Line) -> dict[str, Any]:
    item, value = line.item, level_of(line.item, line.given)
    if value is not None:
        answer = next(level.text for level in item.levels if level.value == value)
    else:
        answer = UNANSWERED if line.given is None else SAID.get(line.given.kind, UNANSWERED)
    target = next((level.text for level in item.levels if level.value == item.target), "")
    return {
        "ref": item.ref,
        "title": item.title,
        "answer": answer,
        "level": "" if value is None else f"{value} sur {item.levels[-1].value}",
        "target": target if value is None or value < item.target else "",
        "how": line.how if line.given else "",
        "measured": line.measured,
        "is_contradicted": line.is_contradicted,
        "note": line.note,
        "documents": list(line.documents),
        "source": " ".join(p for p in (item.source.document, item.source.anchor) if p),
    }


UNANSWERED = "Pas encore de réponse."
SAID = {Kind.UNKNOWN: "Je ne sais pas.", Kind.NOT_APPLICABLE: "Sans objet chez nous."}


def _measured(sheet: Sheet) -> str:
    shown = [line for line in sheet.lines.values() if line.measured]
    proven = sum(bool(line.documents) for line in sheet.lines.values())
    apart = sum(line.is_contradicted for line in shown)
    agreed = sum(_says_a_level(line) and not line.is_contradicted for line in shown)
    joined = f"{counted(proven, 'a', 'ont').replace(chr(160), ' ')} une pièce jointe"
    said = (
        f"{counted(agreed, 'réponse')} {plural(agreed, 'est vérifiée', 'sont vérifiées')} par une mesure, "
        f"{joined if proven else 'aucune n’a de pièce jointe'} ; les autres sont déclarées."
    )
    if apart:
        said += f" Pour {counted(apart, 'question')}, la mesure et la réponse diffèrent : c’est signalé."
    return said


def _says_a_level(line: Line) -> bool:
    return line.given is not None and line.given.kind not in SAID


def _source(framework: Framework) -> str:
    origin = framework.source
    parts = [origin.document, origin.version, origin.link]
    return ", ".join(part for part in parts if part)
