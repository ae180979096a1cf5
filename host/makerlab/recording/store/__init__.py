"""The notebook: one SQLite file in which every recording is kept while it is measured."""
