"""Courses and lessons, assignments, paths, class sessions and completion."""
