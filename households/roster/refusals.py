"""Refusing a whole file."""


class RosterRefused(Exception):
    """The file cannot be read as a roster; `message` says in Chinese what to do about it.

    `code` is a stable word: not_workbook, xlsb, encrypted, too_big, zip_bomb, damaged, xml_entities,
    too_many_rows, too_many_columns, too_many_sheets, stray_cell, too_much_text, empty, header_not_found.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
