"""Which actions first, under a budget, days of work and dates: the most risk removed, and why not the others."""
