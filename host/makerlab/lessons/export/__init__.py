"""A lesson in other forms: a page, a PDF, a course for a learning platform, a book."""
