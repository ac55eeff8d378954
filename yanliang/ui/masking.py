"""The one place where personal numbers are hidden for display (domain rules §9)."""


def mask_id(number: str) -> str:
    """“610114195201249006” → “6101************06”: the first four and the last two digits stay."""
    return f"{number[:4]}{'*' * 12}{number[-2:]}" if len(number) == 18 else "*" * len(number)


def mask_phone(number: str) -> str:
    """“13800001234” → “138****1234”; a land line keeps its last four digits."""
    if len(number) == 11 and number.startswith("1"):
        return f"{number[:3]}****{number[-4:]}"
    return f"{'*' * max(len(number) - 4, 0)}{number[-4:]}"


def mask_account(number: str) -> str:
    """A bank account keeps its last four digits."""
    return f"{'*' * max(len(number) - 4, 0)}{number[-4:]}"
