"""Expectations: what the data of a lesson should show, as rules that a machine can judge.

The same rules judge what a program measures on a virtual board (`maker lesson test`) and what a pupil has
recorded (`maker lesson judge`). Pure: columns in, verdicts out.
"""
