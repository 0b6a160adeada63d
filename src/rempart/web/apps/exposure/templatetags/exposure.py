"""What audits of exposure hold, in the words of the pages: what targets send is hostile until shown."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from rempart.content.places import departments
from rempart.engines.exposure.held import Window, WindowState
from rempart.engines.exposure.seen.claims import OURS
from rempart.render import french
from rempart.render.exposure import words
from rempart.render.text import name, visible
from rempart.web.apps.exposure.coverage import Tally
from rempart.web.apps.exposure.models import (
    Asset,
    ExposedFinding,
    ExposureAudit,
    Perimeter,
    Touch,
    usual_touch,
)
from rempart.web.apps.exposure.pages import Change, Changes, Since
from rempart.web.apps.exposure.queries import CONFIDENCES, THEMES
from rempart.web.apps.remediation.templatetags.plan import day as in_french
from rempart.web.core.templatetags import ui

register = template.Library()

CHANGES: Final[dict[str, tuple[str, str]]] = {
    "opened": ("ouvert", "warn"),
    "appeared": ("vu pour la première fois", "warn"),
    "closed": ("fermé", "ok"),
    "silent": ("ne répond plus", "none"),
    "new": ("nouveau", "warn"),
    "mended": ("corrigé", "ok"),
    "unmeasured": ("non remesuré", "none"),
}
RETESTS: Final[dict[str, tuple[str, str]]] = {
    "still": ("revérifié : toujours là", "warn"),
    "mended": ("revérifié : corrigé", "ok"),
    "unmeasured": ("revérifié : non évalué", "none"),
}
PROOFS: Final[dict[WindowState, tuple[str, str]]] = {
    WindowState.NONE: ("pas encore commencée", "none"),
    WindowState.LOST: ("à reprendre", "warn"),
    WindowState.WAITING: ("en cours", "said"),
    WindowState.OPEN: ("second audit possible", "said"),
    WindowState.CLOSING: ("la fenêtre se ferme", "warn"),
    WindowState.MISSED: ("fenêtre manquée", "warn"),
    WindowState.HELD: ("niveau tenu", "ok"),
}
ALONE: Final[dict[str, str]] = {
    Asset.Kind.ADDRESS: "elle seule",
    Asset.Kind.RANGE: "toutes ses adresses",
}
UNSOUGHT: Final = "Les failles connues n’ont pas été cherchées."
AT_ONCE: Final = 5
"""Changes of one kind that are seen without unfolding."""
WEEK: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@register.filter
def day(when: object) -> str:
    """A date, or its ISO text → 14 novembre 2026."""
    try:
        return name(in_french(when))
    except ValueError:
        return name(str(when))


@register.filter
def moment(iso: str) -> str:
    """« dimanche 22 novembre 2026 à 3 h 12 », in the time of the platform; the text itself when it is not one."""
    try:
        found = datetime.fromisoformat(iso)
    except ValueError:
        return name(iso)
    local = timezone.localtime(found if found.tzinfo else found.replace(tzinfo=UTC))
    return f"{WEEK[local.weekday()]} {french.day(str(local.date()))} à {local.hour} h {local:%M}"


@register.filter
def headline(audit: ExposureAudit | None) -> str:
    """The result of an audit, as the title of its page."""
    if audit is None or audit.score is None:
        return "Exposition sur internet"
    return f"Exposition sur internet{french.NBSP}: note {audit.grade}, {words.mark(audit.score)} sur 100"


@register.filter
def score_range(audit: ExposureAudit) -> str:
    """« 74 à 82 sur 100 »; one figure when everything was judged."""
    if audit.score is None:
        return "rien n’a pu être mesuré"
    low, high = words.mark(audit.score_low or 0), words.mark(audit.score)
    return f"{high} sur 100" if low == high else f"{low} à {high} sur 100"


@register.filter
def proved_words(audit: ExposureAudit) -> str:
    """The word beside a grade: what nobody could measure is proved by nobody."""
    return "" if audit.score is None else "vérifié"


@register.filter
def partial_words(audit: ExposureAudit) -> str:
    """That a grade is only that of what was looked at."""
    return "Balayage incomplet." if audit.is_partial else ""


@register.filter
def low_words(audit: ExposureAudit) -> str:
    """What the grade would be at worst."""
    if not audit.gaps_count:
        return "Tout a pu être évalué." if audit.data_as_of else UNSOUGHT
    if audit.score is None:
        return ""
    if audit.score == audit.score_low:
        if not audit.data_as_of:
            return UNSOUGHT
        return "La même si tout ce qui n’a pas été évalué était mauvais."
    return f"{audit.grade_low} si tout ce qui n’a pas été évalué était mauvais."


@register.filter
def since_words(since: Since) -> str:
    """What was mended since the sweep, and the score of what remains."""
    mended = french.counted(
        since.mended,
        "constat de ce balayage a été revérifié depuis et est corrigé",
        "constats de ce balayage ont été revérifiés depuis et sont corrigés",
    )
    if since.score is None:
        return f"{mended}. Le prochain balayage redonnera une note."
    score = f"note {name(since.score.grade, 2)}, {words.mark(since.score.value)} sur 100"
    return f"{mended}. Avec le reste : {score}. Le prochain balayage le confirmera."


@register.filter
def gaps_words(audit: ExposureAudit) -> str:
    """How much could not be judged."""
    if not audit.gaps_count:
        return "Tout a pu être évalué." if audit.data_as_of else UNSOUGHT
    return f"Et {french.counted(audit.gaps_count, 'point non évalué', 'points non évalués')}."


@register.filter
def theme_words(theme: str) -> str:
    """A theme in words."""
    return THEMES.get(theme, theme)


@register.filter
def confidence_words(confidence: str) -> str:
    """How sure a finding is."""
    return CONFIDENCES.get(confidence, confidence)


@register.filter
def seen_by(line: ExposedFinding) -> str:
    """« Rempart et nmap », « nmap seul »."""
    names = ["Rempart" if source in ("", OURS) else source for source in line.sources.split(",")]
    if len(names) == 1:
        return names[0] if names[0] == "Rempart" else f"{names[0]} seul"
    return f"{', '.join(names[:-1])} et {names[-1]}"


@register.filter
def is_ours(line: ExposedFinding) -> bool:
    """Whether our own measure saw it; a report that names nobody is ours."""
    return line.sources.split(",")[0] in ("", OURS)


@register.filter
def has_other_tools(line: ExposedFinding) -> bool:
    """Whether another tool saw it, with us or alone."""
    return line.sources not in ("", OURS)


@register.simple_tag
def retest_tag(*, line: ExposedFinding) -> SafeString:
    """What the last retest of a finding said."""
    said, tone = RETESTS.get(line.retest_outcome, ("revérifié", "none"))
    return ui.tag(words=said, tone=tone)


@register.simple_tag
def change_tag(*, change: Change) -> SafeString:
    """What became of something between two audits."""
    said, tone = CHANGES.get(change.kind, (change.kind, "none"))
    return ui.tag(words=said, tone=tone)


@register.filter
def objective(key: str) -> str:
    """What a finding counts for: an item of a framework, in words."""
    return words.objective(key)


@register.filter
def change_words(change: Change) -> str:
    """« www.chu.example:443 ouvert dimanche 22 novembre 2026 à 3 h 12 »."""
    target, title = name(change.target), name(change.title)
    kind = f" ({title})" if title else ""
    match change.kind:
        case "opened" | "appeared" if not change.at:
            return (
                f"{target}{kind} : dit par un autre outil, qui l’a vu avant le balayage précédent"
            )
        case "opened":
            return f"{target}{kind} : ouvert {moment(change.at)}"
        case "appeared":
            return f"{target}{kind} : répond, vu {moment(change.at)}"
        case "closed":
            return f"{target}{kind} : fermé, constaté {moment(change.at)}"
        case "silent":
            return f"{target}{kind} : plus de réponse, sans que l’on sache s’il est fermé"
        case "unmeasured" if change.reason:
            return f"{title} : {target}. {french.sentence(visible(change.reason))}"
    return f"{title} : {target}"


@register.simple_tag
def proof_tag(*, proof: Window) -> SafeString:
    """Where the proof that a level is held stands."""
    said, tone = PROOFS[proof.state]
    return ui.tag(words=said, tone=tone)


@dataclass(frozen=True, slots=True)
class KindOfChange:
    """The changes of one kind: the first ones, those that are unfolded, and how many the page does not keep."""

    words: str
    first: list[Change]
    more: list[Change]
    left_out: int

    @property
    def hidden(self) -> int:
        """How many are not seen at once."""
        return len(self.more) + self.left_out


@register.filter
def by_kind(changes: Changes) -> list[KindOfChange]:
    """The changes by kind: what opened comes first."""
    groups: dict[str, list[Change]] = {}
    for change in changes.changes:
        groups.setdefault(change.kind, []).append(change)
    order = [*CHANGES]
    return [
        KindOfChange(
            CHANGES.get(kind, (kind, ""))[0],
            found[:AT_ONCE],
            found[AT_ONCE:],
            max(changes.counts.get(kind, 0) - len(found), 0),
        )
        for kind, found in sorted(
            groups.items(), key=lambda item: order.index(item[0]) if item[0] in CHANGES else 99
        )
    ]


@register.filter
def touch_words(perimeter: Perimeter | None) -> list[str]:
    """What may be touched, in words."""
    wanted = perimeter.touch if perimeter else usual_touch()
    return [str(Touch(touch).label) for touch in wanted if touch in Touch.values]


@register.filter
def reach_words(asset: Asset) -> str:
    """How far an asset goes."""
    if asset.is_excluded:
        return "jamais touché"
    parts = [asset.with_subdomains * "sous-domaines compris"]
    parts.append(asset.follows_addresses * "adresses où il mène comprises")
    return ", ".join(filter(None, parts)) or ALONE.get(asset.kind, "lui seul")


@register.filter
def of_total(tally: Tally) -> str:
    """« sur 256 »."""
    return f"sur {french.number(tally.total)}"


@register.filter
def department(code: str) -> str:
    """« 22 Côtes-d’Armor »."""
    found = departments().get(code)
    return f"{code} {found.name}" if found else code
