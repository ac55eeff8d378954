"""Entry of many appraisal results: by keyboard in a grid, or in a workbook that comes back filled in.

A cell is read in one way wherever it was typed (`cells`), and a result judged by the rules of
`inspections.appraisal` alone (`entry`).
"""
