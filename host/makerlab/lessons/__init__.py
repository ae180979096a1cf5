"""Lessons: a folder that a teacher writes, checked, tested and packed.

`model` is a lesson as values; `description` reads lesson.yaml into it; `form` is how its files are read so
that every mistake is found at once. A lesson's files travel between all parts as one `Mapping[str, bytes]`:
the path inside the folder, with `/`, and the content; `folder` reads one from the disk.
"""
