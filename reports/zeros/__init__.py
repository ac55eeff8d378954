"""三清零: what is left of the campaign's three tasks, by when, and how fast it goes (domain rules §5)."""
