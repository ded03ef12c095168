"""Facts about exams, by the order in which they come about."""

from exams.models.attempts import AnswerFile, Attempt, AttemptRuling, LateResponse, Mark, Paper, Response, Result
from exams.models.bank import BankExchange, BankMedia, Question, QuestionReview, QuestionTopic, QuestionVersion
from exams.models.invigilation import Incident, TimeGrant
from exams.models.marking import KeyCorrection, Marking, MarkingDraft, Regrade, RemarkRequest
from exams.models.sittings import (
    BlueprintRow,
    Candidacy,
    Exam,
    ExamPart,
    FixedQuestion,
    Sitting,
    SittingSeries,
)
from exams.typing.models import (
    Passage,
    PassageVersion,
    PracticeRun,
    TypingBatch,
    TypingRun,
    TypingStandard,
)

__all__ = [
    "AnswerFile",
    "Attempt",
    "AttemptRuling",
    "BankExchange",
    "BankMedia",
    "BlueprintRow",
    "Candidacy",
    "Exam",
    "ExamPart",
    "FixedQuestion",
    "Incident",
    "KeyCorrection",
    "LateResponse",
    "Mark",
    "Marking",
    "MarkingDraft",
    "Paper",
    "Passage",
    "PassageVersion",
    "PracticeRun",
    "Question",
    "QuestionReview",
    "QuestionTopic",
    "QuestionVersion",
    "Regrade",
    "RemarkRequest",
    "Response",
    "Result",
    "Sitting",
    "SittingSeries",
    "TimeGrant",
    "TypingBatch",
    "TypingRun",
    "TypingStandard",
]
