"""The objects of the ORMs as the documents that are answered."""

BOOKS = 20
"""How many books one request asks for."""


def row(one):
    """A row of the tables rows, stock and notes."""
    return {"id": one.id, "number": one.number, "name": one.name}


def book(one):
    """A book with its author."""
    author = {"id": one.author.id, "name": one.author.name}
    return {"id": one.id, "title": one.title, "author": author}
