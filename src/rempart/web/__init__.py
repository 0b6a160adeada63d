"""The web platform: it takes the reports of the audits, and steers."""
