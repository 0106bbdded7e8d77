"""The kinds of checks: each judges one part of an answer, with the checker of the theory.

A kind is a module with ``judge(exercise, check, answer, folder)``: the ``[[check]]`` table, what
stands in the slots, and the folder of the submission. It returns a Mark; it raises Unfit where an
answer can't be read, BadExercise where the exercise is wrong.
"""
