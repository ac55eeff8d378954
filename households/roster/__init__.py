"""Roster import: reading a street office's workbook, judging its rows, writing what must be corrected.

Nothing here knows the database: what is looked up comes in as a `reference.Reference`.
"""
