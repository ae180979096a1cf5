"""Recordings as files that other programs read, and their files as recordings: one module a format. Pure."""
