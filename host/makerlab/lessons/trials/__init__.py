"""Lessons put to the test: their programs on virtual boards, and the judging of data."""
