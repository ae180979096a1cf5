"""Recordings as files that other programs read, and files of others as recordings: one module a format. Pure."""
