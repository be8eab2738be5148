"""Everything is killed again and again under live runs, and afterwards the books are compared (`make chaos`).

`stage` what runs and is killed, `faults` when and in which order (drawn from a seed), `people` who works meanwhile and
writes down every answer it got, `books` what is there at the end, `check` whether the two agree. The check reads files
alone: it can be run again over the books of a night, and a test spoils them to see it notice.
"""
