"""Why it does not work: the probes look (probes.py and others), the rules say what it means (rules.py)."""
