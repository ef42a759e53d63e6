"""Reads the two files as a careful colleague would: all mistakes, what is doubtful, what a change changes."""
