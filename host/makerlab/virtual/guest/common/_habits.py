# What a board does of its own accord; guest/<board>/_habits.py takes the place of this where there is more.


def start():
    """Called once, before the first program, while all modules of the runtime can still be imported."""
