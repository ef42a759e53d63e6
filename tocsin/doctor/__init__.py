"""Looks a whole installation over: each check is a small function that finds what is well, doubtful or broken."""
