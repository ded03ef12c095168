"""The bank for those who write questions: try one as a candidate, review, put into exams; pictures and recordings."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from exams import grading, policy, queries, services
from exams.models import BankMedia, Question, QuestionReview
from exams.tables import WaitingTable
from exams.views.answers import answer_in
from ground import private_files
from ground.errors import Refused
from ground.numbers import wholes
from people.policy import has_role, requires


@require_safe
@requires(*policy.WRITES_QUESTIONS, reads=True)
def question_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """A question as a candidate sees it, to be tried; its key, its reviews, its like and its figures."""
    return _page(request, _question(pk))


@require_POST
@requires(*policy.WRITES_QUESTIONS)
def question_try(request: HttpRequest, pk: int) -> HttpResponse:
    """What an answer would earn, and why. Nothing is stored."""
    question = _question(pk)
    return _page(request, question, queries.review_alone(question.newest, answer_in(request.POST)))


def _question(pk: int) -> Question:
    questions = Question.objects.select_related("current", "draft__author", "level", "case__current", "case__draft")
    return get_object_or_404(questions.prefetch_related("topics__strand"), pk=pk)


def _page(request: HttpRequest, question: Question, tried: queries.Reviewed | None = None) -> HttpResponse:
    version = question.newest
    inside = question.questions.select_related("current", "draft").order_by("place", "pk")
    return render(
        request,
        "exams/question_preview.html",
        {
            "question": question,
            "version": version,
            "asked": tried.asked if tried else queries.asked_alone(version),
            "tried": tried,
            "can_try": version.kind not in grading.BY_PEOPLE and version.kind != "case",
            "review": queries.review_alone(version),
            "figures": queries.question_figures(question),
            "inside": [(part, queries.stem_of(part.newest)) for part in inside],
            "case_stem": queries.stem_of(question.case.newest) if question.case else "",
            "similar": queries.similar_questions(version.content["stem"], but=question.pk),
            "versions": question.versions.select_related("author").order_by("-number"),
            "reviews": QuestionReview.objects.filter(version__question=question)
            .select_related("by", "version")
            .order_by("-id"),
            "writes": has_role(request, *policy.WRITES_QUESTIONS),
            "may_review": question.draft is not None
            and question.state != Question.State.REVIEWED
            and version.author_id != request.user.pk,
            "own": question.draft is not None and version.author_id == request.user.pk,
            "moves": Question.MOVES[question.state],
            "returned": [("verdict", QuestionReview.Verdict.RETURNED)],
        },
    )


@require_POST
@requires(*policy.WRITES_QUESTIONS)
def question_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Approves the newest words or returns them with a note; `live` puts an approved question into exams at once."""
    question, by, now = get_object_or_404(Question, pk=pk), request.user, request.now
    verdict = request.POST.get("verdict", "")
    returned = verdict == QuestionReview.Verdict.RETURNED

    def decide() -> str:
        reviewed = services.review_question(
            question=question,
            verdict=QuestionReview.Verdict.RETURNED if returned else QuestionReview.Verdict.APPROVED,
            note=request.POST.get("reason", "")[:2000],
            by=by,
            now=now,
        )
        if returned:
            return _("The question goes back to its author with your note.")
        if verdict == "live" and reviewed.state == Question.State.REVIEWED:
            services.move_question(question=reviewed, to=Question.State.LIVE, by=by, now=now)
        return _("Approved.")

    _decide(request, decide)
    return redirect("exams:question_preview", pk=pk)


@require_POST
@requires(*policy.WRITES_QUESTIONS)
def question_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a reviewed question into exams, retires one, or brings a retired one back."""
    question, to = get_object_or_404(Question, pk=pk), request.POST.get("to", "")

    def move() -> str:
        if to not in Question.State.values:
            raise Refused(_("There is no such state."), code="state")
        moved = services.move_question(question=question, to=to, by=request.user, now=request.now)
        return _("The question is now %(state)s.") % {"state": moved.get_state_display()}

    _decide(request, move)
    return redirect("exams:question_preview", pk=pk)


def _decide(request: HttpRequest, act: Callable[[], str]) -> None:
    """Does it and says so, or says why not."""
    try:
        messages.success(request, act())
    except Refused as refusal:
        messages.error(request, str(refusal))


@require_safe
@requires(*policy.WRITES_QUESTIONS, reads=True)
def question_waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a second person."""
    table = WaitingTable(request, queries.waiting_questions(request.user))
    writes = has_role(request, *policy.WRITES_QUESTIONS)
    return render(
        request, "exams/question_waiting.html", {"table": table, "writes": writes, "everything": [("all", "1")]}
    )


@require_POST
@requires(*policy.WRITES_QUESTIONS)
def question_publish(request: HttpRequest) -> HttpResponse:
    """Approves the chosen drafts, or all that the list's filters find, and puts them into exams."""
    rows = queries.waiting_questions(request.user)
    if request.POST.get("all"):
        chosen = WaitingTable(request, rows).found.values_list("pk", flat=True)
    else:
        named = wholes(request.POST.getlist("row"))
        chosen = rows.filter(pk__in=named).values_list("pk", flat=True)
    published = services.publish_drafts(questions=set(chosen), by=request.user, now=request.now)
    if published:
        sentence = ngettext(
            "%(questions)s question is approved and in exams.",
            "%(questions)s questions are approved and in exams.",
            published,
        )
        messages.success(request, sentence % {"questions": published})
    else:
        messages.error(request, _("Choose at least one question of somebody else."))
    return redirect("exams:question_waiting")


@requires(*policy.WRITES_QUESTIONS)
def media_list(request: HttpRequest) -> HttpResponse:
    """Pictures and recordings with the markup that puts them into a question; a POST adds one, for the editor as JSON."""
    wants_json = "application/json" in request.headers.get("Accept", "")
    if request.method == "POST":
        try:
            added = _added(request)
        except Refused as refusal:
            if wants_json:
                return JsonResponse({"sentence": str(refusal)}, status=422)
            messages.error(request, str(refusal))
        else:
            if wants_json:
                return JsonResponse({"markup": services.markup_of(added)})
            messages.success(request, _("Kept. Copy its markup into the question."))
        return redirect("exams:media_list")
    newest = BankMedia.objects.select_related("added_by").order_by("-id")[:50]
    return render(request, "exams/media.html", {"media": [(item, services.markup_of(item)) for item in newest]})


def _added(request: HttpRequest) -> BankMedia:
    given = request.FILES.get("file")
    if given is None:
        raise Refused(_("Choose a picture or a recording."), code="no_file")
    if given.size > services.LARGEST_RECORDING:
        raise Refused(_("A recording may have at most 20 MB."), code="too_large")
    return services.add_media(name=given.name, content=given.read(), by=request.user, now=request.now)


@require_safe
def media(request: HttpRequest, sha256: str, name: str) -> HttpResponse:
    """A picture or recording of a question, to whoever is signed in; a part of it where a player asks for one."""
    kept = get_object_or_404(BankMedia, sha256=sha256)
    response = private_files.send_in_parts(
        request, kept.stored, size=kept.size, filename=kept.name, content_type=kept.content_type
    )
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
