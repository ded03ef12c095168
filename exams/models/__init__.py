"""Facts about exams, by the order in which they come about."""

from exams.models.attempts import Attempt, AttemptRuling, Mark, Paper, Response, Result
from exams.models.bank import Question, QuestionTopic, QuestionVersion
from exams.models.sittings import BlueprintRow, Candidacy, Exam, ExamPart, Sitting
from exams.typing.models import (
    Passage,
    PassageVersion,
    PracticeRun,
    TypingBatch,
    TypingRun,
    TypingStandard,
)

__all__ = [
    "Attempt",
    "AttemptRuling",
    "BlueprintRow",
    "Candidacy",
    "Exam",
    "ExamPart",
    "Mark",
    "Paper",
    "Passage",
    "PassageVersion",
    "PracticeRun",
    "Question",
    "QuestionTopic",
    "QuestionVersion",
    "Response",
    "Result",
    "Sitting",
    "TypingBatch",
    "TypingRun",
    "TypingStandard",
]
