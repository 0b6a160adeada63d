"""Self-assessments: scores that keep what is not known, first measures, proposals, measured facts, windows of dates."""
