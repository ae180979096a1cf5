"""What a human would find too late, found by machine: rules over the files of a lesson.

`everything.check` runs them all. A rule is a function from a `Source` (the lesson, read as far as it can be)
to findings; a file here holds one family of rules.
"""
