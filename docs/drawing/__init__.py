"""The documentation's diagrams and tables, made from the tables the program itself runs by.

What is drawn is imported, never copied: a status, an event, a command or a port that is added to the engine appears
here with the next `make docs`, and tests/project/test_docs_drawn.py fails until then. Nothing here knows a status or a
kind by name; layout follows from counts and order alone, so the same tables give the same bytes.
"""
