"""Two reports of one directory: what is mended, new, still there, and what is no longer measured."""

from rempart.engines.directory.report import Comparison, ControlResult, Difference, Report
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.outcome import Outcome


def compare(old: Report, new: Report) -> Comparison:
    """Differences between two reports, by control and object.

    What failed before and is not measured now is not mended: it is listed apart. Raises UnreadableSource when the
    reports have no domain in common.
    """
    if not {d.id for d in old.domains} & {d.id for d in new.domains}:
        raise UnreadableSource(
            f"Ces rapports ne portent pas sur le même annuaire : {old.title} et {new.title}.",
            expected="Deux rapports d’un même domaine, le plus ancien d’abord.",
            todo="Vérifiez les fichiers donnés.",
        )
    before = {c.id: c for c in [*old.controls, *old.unscored]}
    differences: list[Difference] = []
    lost = []
    for now in [*new.controls, *new.unscored]:
        then = before.get(now.id)
        if then is None:
            continue
        if then.outcome == Outcome.FAILED and now.outcome == Outcome.NOT_MEASURED:
            lost.append(now.id)
            continue
        differences += _of_control(then, now)
    failed_before = {i for i, c in before.items() if c.outcome == Outcome.FAILED}
    after = {c.id: c.outcome for c in [*new.controls, *new.unscored]}
    good = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
    return Comparison(
        old_date=old.audited_on,
        new_date=new.audited_on,
        old_level=old.level,
        new_level=new.level,
        differences=differences,
        controls_mended=sorted(i for i in failed_before if after.get(i) in good),
        controls_new=sorted(
            i for i, o in after.items() if o == Outcome.FAILED and i not in failed_before
        ),
        old_exposed=old.exposure.exposed,
        new_exposed=new.exposure.exposed,
        old_cost=old.plan.cost,
        new_cost=new.plan.cost,
        no_longer_measured=lost,
    )


def _of_control(then: ControlResult, now: ControlResult) -> list[Difference]:
    old = {o.id: o for o in then.objects}
    new = {o.id: o for o in now.objects}
    states = [
        *((ref, "mended") for i, ref in old.items() if i not in new),
        *((ref, "still_there") for i, ref in new.items() if i in old),
        *((ref, "new") for i, ref in new.items() if i not in old),
    ]
    return [Difference(now.id, now.title, ref, state) for ref, state in states]
