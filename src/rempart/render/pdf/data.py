"""What the PDF says, as plain strings and lists: the template lays out, and words nothing of a directory."""

from collections.abc import Sequence
from typing import Any, Final

from rempart.engines.directory.report import (
    Action,
    Bucket,
    ControlResult,
    Convergence,
    FixText,
    ObjectRef,
    Path,
    Report,
)
from rempart.engines.directory.severity import severity_of
from rempart.kernel.french import plural
from rempart.render import view
from rempart.render.french import (
    counted,
    day,
    duration,
    number,
    percent,
    ranges,
    sentence,
)
from rempart.render.severity import severity_legend, severity_word
from rempart.render.svg.bars import of_buckets
from rempart.render.svg.draw import wrapped
from rempart.render.svg.path import nodes, place_of, sentence as path_sentence
from rempart.render.text import abridge, clip, name
from rempart.render.words import CATEGORIES, kind, level_words, short_name

OBJECTS: Final = 12
"""Objects named for one control; the workbook has them all."""
PATHS: Final = 6
PER_ROW: Final = 4
WHY_LIMIT: Final = 420


def document(report: Report) -> dict[str, Any]:
    """Every text of the document, ready to be laid out."""
    domain = view.main_domain(report)
    numbers = view.ranks(report.plan)
    paths = [p for p in report.exposure.paths if p.steps]
    pictures = [_path(p, k, numbers, domain) for k, p in enumerate(paths[:PATHS], 1)]
    return {
        "headline": view.headline(report),
        "lead": view.lead(report),
        "short": f"Audit d’annuaire : {clip(name(report.title), 60)}",
        "date": day(report.audited_on),
        "meta": f"Audit d’annuaire · {day(report.audited_on)} · catalogue du {day(report.catalogue_version)}"
        + (" · noms remplacés par des pseudonymes" if report.pseudonymised else ""),
        "foot": f"Rempart {report.tool_version} · document non officiel",
        "tiles": [
            {"label": t.label, "value": t.value, "unit": t.unit, "note": clip(t.note, 120), "level": t.level}
            for t in view.tiles(report)
        ],
        "care": care(report),
        "first_title": "Les trois choses à faire d’abord",
        "priorities": [
            {"title": p.title, "why": abridge(p.why, 300), "gain": p.gain} for p in view.priorities(report)
        ],
        "means": means(report),
        "main_path": pictures[0] if pictures else None,
        "levels": [
            [f"{r.count.level} · {r.meaning}", number(r.count.failed), number(r.count.passed), number(r.count.not_measured), r.to_next]
            for r in view.level_rows(report.level)
        ],
        "unknown": unknown(report),
        "decisions": decisions(report),
        "paths": pictures[1:],
        "group": _group(report.convergence),
    } | _annexes(report)  # fmt: skip


def care(report: Report) -> list[str]:
    """What the worst findings cost to care: three different ones, in the words of the catalogue."""
    found: list[str] = []
    for control in view.failed(report.controls):
        text = sentence(control.why)
        if text and text not in found:
            found.append(text)
        if len(found) == 3:
            return [abridge(t, WHY_LIMIT) for t in found]
    if not found:
        found.append(
            "Rien de ce qui a été mesuré ne met en danger les soins par l’annuaire. Ce qui n’a pas pu l’être est"
            " dit à la page suivante."
        )
    return [abridge(t, WHY_LIMIT) for t in found]


def means(report: Report) -> list[str]:
    """Time and risk of the plan. No sum in euros: the collection does not say what an hour costs here."""
    plan = report.plan
    if report.exposure.reason:
        return [f"Le plan n’a pas pu être calculé : {sentence(report.exposure.reason)}"]
    if not plan.actions:
        return ["Aucun geste n’est à prévoir contre les chemins vers le cœur."]
    count = len(plan.actions)
    spent = view.plan_minutes(plan)
    time = f", soit environ {duration(spent)} d’un administrateur" if spent else ""
    first = f"Le plan tient en {counted(count, 'geste')}{time}. {sentence(view.proof(plan))}"
    effects = list(dict.fromkeys(sentence(a.fix.service_effect) for a in plan.actions if a.fix))
    second = "Effets à prévoir sur les services : " + " ".join(abridge(e, 200) for e in effects[:3])
    third = (
        "Le coût est relatif : il réunit le travail et le risque pour les services. Il n’est pas chiffré en euros,"
        " et aucun de ces gestes ne demande par lui-même d’acheter un produit."
    )
    return [first, second, third] if effects else [first, third]


def unknown(report: Report) -> list[str]:
    """What the level does not see, most hidden points first."""
    found = view.gaps(report.controls)
    if not found:
        return [
            "Tous les points de contrôle ont été évalués. Le rapport ne voit ni la qualité des mots de passe, ni les"
            " vulnérabilités des logiciels, ni ce qui se passe hors de l’annuaire."
        ]
    missing = report.level.points_not_measured
    first = (
        f"{counted(missing, 'point')} {plural(missing, 'n’a', 'n’ont')} pas pu être {plural(missing, 'évalué')} ;"
        " ce qui n’est pas mesuré ne compte jamais comme bon."
    )
    reasons = [f"{sentence(clip(g.reason, 240))} ({counted(g.points, 'point')})" for g in found[:3]]
    return [first, *reasons]


def decisions(report: Report) -> list[str]:
    """What is asked of those who read only two pages."""
    found = []
    count = len(report.plan.actions)
    if count:
        found.append(f"Autoriser {plural(count, 'le geste', f'les {number(count)} gestes')} du plan, et les créneaux qu’ils demandent.")  # fmt: skip
    failing = [c for c in view.failed(report.controls) if view.worst(c) == report.level.value]
    if failing:
        found.append(
            f"Faire corriger {plural(len(failing), 'le point', f'les {number(len(failing))} points')} de contrôle qui"
            f" {plural(len(failing), 'tient', 'tiennent')} l’annuaire au niveau {report.level.value}."
        )
    if report.level.points_not_measured:
        found.append("Faire refaire la collecte pour évaluer ce qui ne l’a pas été.")
    found.append("Fixer la date du prochain audit, qui se comparera à celui-ci.")
    return found


def _path(path: Path, rank: int, numbers: dict[str, int], domain: str) -> dict[str, Any]:
    found = nodes(path)
    lines: list[list[dict[str, Any]]] = [[]]
    for k, ref in enumerate(found):
        place = place_of(k, len(found))
        under = {"last": "cœur (Tier 0)", "first": f"{kind(ref.kind)} ordinaire"}.get(
            place, kind(ref.kind)
        )
        text = "\n".join(wrapped(short_name(ref, domain), 14, 2))
        lines[-1].append({"type": "node", "name": text, "kind": under, "core": place == "last"})
        if k < len(path.steps):
            step = path.steps[k]
            mark = str(numbers.get(step.cut_by, "×"))
            label = "\n".join(wrapped(step.label, 16, 3))
            lines[-1].append(
                {"type": "arrow", "label": label, "cut": bool(step.cut_by), "mark": mark}
            )
            if k % PER_ROW == PER_ROW - 1:
                lines.append([])
    cut = next((s for s in path.steps if s.cut_by), None)
    see = f"{counted(len(path.steps), 'pas', 'pas')}, pour {counted(path.stands_for, 'compte')}."
    if cut and cut.cut_by in numbers:
        see += f" Le trait rouge est coupé par le geste {numbers[cut.cut_by]} du plan."
    return {
        "title": f"Chemin {rank}. ",
        "see": see,
        "alt": path_sentence(path, domain),
        "lines": [line for line in lines if line],
    }


def _annexes(report: Report) -> dict[str, Any]:
    titles = {c.id: c.title for c in [*report.controls, *report.unscored]}
    plan = report.plan
    proof = view.proof(plan)
    intro = (
        f"{counted(len(plan.actions), 'geste')}, {proof}. PowerShell : dans le rapport HTML."
        if proof
        else "Aucun geste."
    )
    return {
        "plan_intro": intro,
        "actions": [_action(k, a) for k, a in enumerate(plan.actions, 1)],
        "howto": _howto(plan.actions, titles),
        "uncuttable": sentence(plan.uncuttable_reason),
        "failed": [_control(c) for c in view.failed(report.controls)],
        "gaps": [
            {"reason": sentence(g.reason), "points": f"({counted(g.points, 'point')})",
             "controls": " · ".join(c.title for c, _ in g.controls)}
            for g in view.gaps(report.controls)
        ],
        "bars": _bars(report),
        "accepted": [
            [name(r.object.name or r.object.id, 60), r.control, clip(name(r.reason), 120),
             name(r.by, 40) or "reconnu par la mesure", day(r.expires_on) if r.expires_on else "–"]
            for r in report.accepted[:100]
        ],
        "severities": severity_legend(),
        "unscored": [
            f"{sentence(c.title)} ({severity_word(severity_of(c))}, {CATEGORIES.get(c.kind, c.kind)}, {counted(len(c.objects), 'objet')})"
            for c in view.failed(report.unscored)
        ],
        "method": _method(report),
        "files": [
            [name(f.name, 60), name(s.format, 40), day(s.collected_on) if s.collected_on else "–", _breakable(f.sha256)]
            for s in report.sources for f in s.files[:60]
        ],
    }  # fmt: skip


def _breakable(digest: str) -> str:
    return " ".join(digest[k : k + 8] for k in range(0, len(digest), 8))


def _action(rank: int, action: Action) -> list[str]:
    figures = (action.cost, action.exposed_after, action.remaining_cost)
    time = duration(action.minutes) if action.minutes else "–"
    return [f"{rank}.", name(action.title, 300), time, *map(number, figures)]


def _howto(actions: Sequence[Action], titles: dict[str, str]) -> list[dict[str, str]]:
    """How each gesture is made, once for those that are made alike."""
    found: dict[FixText, list[int]] = {}
    for rank, action in enumerate(actions, 1):
        if action.fix:
            found.setdefault(action.fix, []).append(rank)
    result = []
    for fix, ranks in found.items():
        closes = dict.fromkeys(c for rank in ranks for c in actions[rank - 1].closes)
        title = f"{plural(len(ranks), 'Geste')} {ranges(ranks)}"
        if len(ranks) == 1:
            title += f" : {name(actions[ranks[0] - 1].title, 200)}"
        result.append(
            {
                "title": title,
                "effect": sentence(fix.service_effect),
                "closes": " ".join(sentence(titles.get(c, c)) for c in closes),
                "console": fix.console,
                "rollback": fix.rollback,
            }
        )
    return result


def _control(control: ControlResult) -> dict[str, str]:
    count = len(control.objects)
    levels = ", ".join(str(n) for n in control.failed_levels)
    return {
        "title": sentence(control.title),
        "facts": f"{severity_word(severity_of(control))} · niveau {levels} · {counted(count, 'objet')} · {control.id}",
        "why": sentence(control.why),
        "objects": _names(control.objects),
        "console": control.fix.console if control.fix else "",
    }


def _names(refs: Sequence[ObjectRef]) -> str:
    shown = [name(r.name or r.dn or r.id, 80) for r in refs[:OBJECTS]]
    rest = len(refs) - len(shown)
    return ", ".join(shown) + (
        f", et {counted(rest, 'autre')} (voir objects.xlsx)" if rest > 0 else ""
    )


def _bars(report: Report) -> list[dict[str, Any]]:
    exposure = report.exposure
    ous = [b for b in exposure.by_ou if b.exposed]
    return [
        _bar(rows, title, see)
        for rows, title, see in (
            (
                view.by_kind(exposure),
                "Par nature. ",
                "Comptes de personnes et machines qui ont un chemin vers le cœur.",
            ),
            (ous, "Par unité d’organisation. ", "Les douze plus exposées : par qui commencer."),
        )
        if rows
    ]


def _bar(buckets: Sequence[Bucket], title: str, see: str) -> dict[str, Any]:
    rows = of_buckets(buckets, 12)
    most = max(r.value for r in rows) or 1
    return {
        "title": title,
        "see": see,
        "alt": title + " ; ".join(f"{r.label} : {r.note}" for r in rows),
        "rows": [{"label": r.label, "note": r.note, "share": 100 * r.value / most} for r in rows],
    }


def _group(group: Convergence | None) -> dict[str, Any] | None:
    if group is None:
        return None
    return {
        "directories": [
            [
                name(d.name, 60),
                level_words(d.level.value, d.level.at_most),
                f"{number(d.exposed)} ({percent(d.exposed, d.low_privileged)})",
                number(sum(x.users for x in d.domains)),
                number(sum(x.computers for x in d.domains)),
                day(d.collected_on) if d.collected_on else "–",
            ]
            for d in group.directories
        ],
        "stages": [
            {"title": sentence(s.title), "statement": sentence(s.statement)} for s in group.stages
        ],
        "note": f"{counted(len(group.duplicates), 'compte')} en double, {counted(len(group.crossing_paths), 'chemin')} d’un annuaire à l’autre : le rapport HTML les montre.",
    }


def _method(report: Report) -> list[str]:
    return [
        "Le niveau est le plus bas, de 1 à 5, où un point de contrôle publié par l’ANSSI échoue ; 5 si aucun n’échoue."
        " Il est calculé par Rempart et ne vaut pas une évaluation par le service ADS.",
        "Les chemins sont cherchés depuis le cœur, sans limite de longueur. Le plan est une coupe de coût minimal ; sa"
        " borne est calculée à part, par un programme linéaire.",
        "Le rapport vaut pour ce que la collecte contient, au jour où elle a été faite.",
        *(sentence(n) for n in report.notes[:20]),
        f"Catalogue du {day(report.catalogue_version)}, SHA-256 {_breakable(report.catalogue_sha256)}.",
    ]
