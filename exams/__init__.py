"""The question bank, exams and their parts, sittings, attempts, marks and results."""
