"""The city's own workbook for Annex 2: what its placeholders mean, its faults, its filling, and which is in use."""
