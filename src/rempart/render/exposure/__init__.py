"""The report of an exposure audit: page, PDF, workbook, table, JSON."""
