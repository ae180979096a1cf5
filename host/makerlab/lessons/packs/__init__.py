"""Lessons as packs: built, read, signed, published, found, and made into others."""
