"""A site with the core alone and two slow kinds of jobs: its processes start in a second."""
