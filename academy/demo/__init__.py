"""The demo academy: an invented telecom service centre with two years of history, made through the services.

organisation: units, people, roles. teaching: topics, questions, passages, courses, exams. history: what people did.
practical: the exam that people mark. practice: five minutes a day and feedback on courses.
beside: rules, leave, checklists on the job, courses taken elsewhere.
Dates are relative to the day it is loaded.
"""
