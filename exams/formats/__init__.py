"""Files that exams read and write."""
