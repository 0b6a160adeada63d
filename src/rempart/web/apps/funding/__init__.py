"""The file of a programme: objectives, activity covered, expenses, dates."""
