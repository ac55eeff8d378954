"""Thursday: offices submit, the bureau checks, adds up, locks and forwards (domain rules §6)."""
