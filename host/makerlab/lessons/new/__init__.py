"""A new lesson out of six answers: `make.make` puts it together from the texts in template/."""
