"""Checking a printed code, or a file somebody holds, against what is kept."""
