"""The four lists and their sign-off (四清一责任, domain rules §4)."""
