"""``python -m tests.mutation``: change the code of the kit in one place at a time, and see whether a test notices.

- `mutants`: which changes there are (the operators are mutmut's)
- `trials`: a copy of the code, and one process for each change
- `__main__`: what to try, and what came of it; a run that was stopped goes on where it was
"""
