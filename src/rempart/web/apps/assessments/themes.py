"""The themes of an assessment as its pages list them. No database."""

from collections.abc import Sequence
from dataclasses import dataclass

from rempart.content.frameworks import Framework, Item, Theme
from rempart.engines.maturity.answers import concerns
from rempart.engines.maturity.score import Range
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.rules import as_range


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme, how far it is answered, and its range."""

    theme: Theme
    items: Sequence[Item]
    done: int
    score: Range | None

    @property
    def first(self) -> Item:
        """Where to begin."""
        return self.items[0]

    @property
    def is_done(self) -> bool:
        """Whether every question has an answer."""
        return self.done == len(self.items)


def theme_rows(framework: Framework, assessment: Assessment) -> list[ThemeRow]:
    """The themes that ask something of the establishment, in order."""
    rows = []
    for theme in framework.themes:
        items = [item for item in theme.items if concerns(item, assessment.groups)]
        if items:
            done = sum(item.id in assessment.given for item in items)
            kept = assessment.themes.get(theme.id)
            rows.append(ThemeRow(theme, items, done, as_range(*kept) if kept else None))
    return rows
