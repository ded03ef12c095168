"""The rows that starting, opening and ending an attempt ask for; hundreds do so in the same minute, so each is compiled.

What is `to_start` or `to_end` is locked; what is joined to it is as old as the wait for the lock.
"""

from exams.models import Attempt, BlueprintRow, Candidacy, ExamPart, Response, Result
from ground.compiled import Compiled

part_for = Compiled(
    lambda part, candidacy, user: ExamPart.objects.filter(
        pk=part, exam__sittings__candidacies=candidacy, exam__sittings__candidacies__user=user
    )
)
"""A part of the exam to which a person's own candidacy invites: (part, candidacy, user)."""

candidacy_to_start = Compiled(
    lambda candidacy: (
        Candidacy.objects.filter(pk=candidacy)
        .select_for_update(of=("self",))
        .select_related("sitting__exam__level", "user")
    )
)
candidacy_to_end = Compiled(
    lambda candidacy: (
        Candidacy.objects.filter(pk=candidacy).select_for_update(of=("self",)).select_related("sitting__exam", "user")
    )
)
blueprint_of = Compiled(lambda part: BlueprintRow.objects.filter(part=part).order_by("id"))

sheet_of = Compiled(
    lambda attempt, user: (
        Attempt.objects.filter(pk=attempt, candidacy__user=user)
        .exclude(part__kind=ExamPart.Kind.RUBRIC)
        .select_related("part", "paper", "candidacy__sitting__exam")
    )
)
"""A person's own attempt with all that its page says. A face-to-face part is written by its examiner: its candidate has no
paper to open."""

own_attempt = Compiled(lambda attempt, user: Attempt.objects.filter(pk=attempt, candidacy__user=user).only("candidacy"))

answers_of = Compiled(lambda attempt: Response.objects.filter(attempt=attempt).values_list("position", "answer"))
"""(position, answer) of an attempt."""

result_of = Compiled(lambda candidacy: Result.objects.filter(candidacy=candidacy))
