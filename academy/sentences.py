"""The journal in words: for every verb that a service records, what happened to the object, in the reader's language."""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ground.models import JournalEntry

VERBS: dict[str, Promise] = {
    # People.
    "hired": gettext_lazy("%(what)s was hired."),
    "rehired": gettext_lazy("%(what)s was hired again."),
    "details_changed": gettext_lazy("Name or contact details of %(what)s were changed."),
    "access_ended": gettext_lazy("%(what)s can no longer sign in."),
    "starting_password": gettext_lazy("%(what)s was given a new starting password."),
    "left": gettext_lazy("It was noted that %(what)s leaves."),
    "stays": gettext_lazy("The leaving of %(what)s was taken back."),
    "employment.hire": gettext_lazy("The employment of %(what)s began."),
    "employment.transfer": gettext_lazy("%(what)s was moved to another unit, post or manager."),
    "employment.promotion": gettext_lazy("The level of %(what)s was raised."),
    "employment.demotion": gettext_lazy("The level of %(what)s was lowered."),
    "employment.import": gettext_lazy("The employment of %(what)s was taken from the staff list."),
    "employment.undone": gettext_lazy("A planned change of %(what)s was undone."),
    "role.assigned": gettext_lazy("%(what)s was given a role."),
    "role.ended": gettext_lazy("A role of %(what)s was ended."),
    # Courses.
    "course.frozen": gettext_lazy("A version of the course “%(what)s” was published."),
    "course.assigned": gettext_lazy("%(what)s was assigned a course."),
    "course.assigned_to_many": gettext_lazy("The course “%(what)s” was assigned to several people."),
    "notice.acknowledged": gettext_lazy("A policy notice in the lesson “%(what)s” was acknowledged."),
    "course.completed": gettext_lazy("%(what)s completed a course."),
    "feedback.given": gettext_lazy("Somebody gave feedback on the course “%(what)s”."),
    "assignment.withdrawn": gettext_lazy("A course assigned to %(what)s was withdrawn."),
    "course.reminded": gettext_lazy("People were reminded of the course “%(what)s”."),
    "report.ordered": gettext_lazy("A spreadsheet was ordered: %(what)s."),
    "path.assigned": gettext_lazy("%(what)s was given a training path."),
    "session.scheduled": gettext_lazy("The class session “%(what)s” was arranged."),
    "exemption.granted": gettext_lazy("%(what)s was exempted from a course."),
    "exemption.withdrawn": gettext_lazy("An exemption of %(what)s from a course was withdrawn."),
    "session.changed": gettext_lazy("The class session “%(what)s” was changed."),
    "session.cancelled": gettext_lazy("The class session “%(what)s” was cancelled."),
    "session.invited": gettext_lazy("People were invited to the class session “%(what)s”."),
    "attendance.waiting": gettext_lazy("Somebody waits for a place in the class session “%(what)s”."),
    "attendance.signed_off": gettext_lazy("Somebody signed off from the class session “%(what)s”."),
    "attendance.expected": gettext_lazy("Somebody is expected at the class session “%(what)s”."),
    "attendance.attended": gettext_lazy("Somebody attended the class session “%(what)s”."),
    "attendance.absent": gettext_lazy("Somebody missed the class session “%(what)s”."),
    # Exams.
    "question.added": gettext_lazy("The question “%(what)s” was added."),
    "question.revised": gettext_lazy("The question “%(what)s” was revised."),
    "bank_media.added": gettext_lazy("The picture or recording “%(what)s” was kept for questions."),
    "question.approved": gettext_lazy("New words of the question “%(what)s” were approved."),
    "question.returned": gettext_lazy("New words of the question “%(what)s” were returned to their author."),
    "question.draft": gettext_lazy("The question “%(what)s” became a draft again."),
    "question.live": gettext_lazy("The question “%(what)s” was put to use."),
    "question.retired": gettext_lazy("The question “%(what)s” was retired."),
    "exam.created": gettext_lazy("The exam “%(what)s” was created."),
    "exam.changed": gettext_lazy("The exam “%(what)s” was changed."),
    "exam.draft": gettext_lazy("The exam “%(what)s” became a draft again."),
    "exam.published": gettext_lazy("The exam “%(what)s” was published."),
    "exam.retired": gettext_lazy("The exam “%(what)s” was retired."),
    "sitting.opened": gettext_lazy("The sitting “%(what)s” was planned."),
    "sitting.invited": gettext_lazy("More people were invited to the sitting “%(what)s”."),
    "sitting.cancelled": gettext_lazy("The sitting “%(what)s” was cancelled."),
    "candidacy.excused": gettext_lazy("The candidate was excused: %(what)s."),
    "candidacy.granted": gettext_lazy("The candidate was granted more time or another try: %(what)s."),
    "attempt.started": gettext_lazy("An attempt was begun: %(what)s."),
    "attempt.ended": gettext_lazy("An attempt was ended: %(what)s."),
    "attempt.void": gettext_lazy("An attempt was declared void: %(what)s."),
    "attempt.confirm": gettext_lazy("It was confirmed that an attempt stands: %(what)s."),
    "question.filed": gettext_lazy("The question “%(what)s” was filed elsewhere in the bank."),
    "question.corrected": gettext_lazy("The key of the question version “%(what)s” was corrected after an exam."),
    "bank.import_ordered": gettext_lazy("The import of questions “%(what)s” was ordered."),
    "bank.imported": gettext_lazy("Questions were imported from “%(what)s”."),
    "bank.export_ordered": gettext_lazy("The export of questions “%(what)s” was ordered."),
    "sitting.moved": gettext_lazy("The window of the sitting “%(what)s” was moved."),
    "sitting.guarded": gettext_lazy("What guards the sitting “%(what)s” was changed."),
    "sitting.made_up": gettext_lazy("The make-up sitting “%(what)s” was opened."),
    "sitting.released": gettext_lazy("The results of the sitting “%(what)s” were released."),
    "series.made": gettext_lazy("The monthly sitting “%(what)s” was set up."),
    "series.ended": gettext_lazy("The monthly sitting “%(what)s” was ended."),
    "incident.noted": gettext_lazy("An incident was noted: “%(what)s”."),
    "attempt.recheck": gettext_lazy("A supervised re-check of an attempt was ordered: %(what)s."),
    "attempt.time_given": gettext_lazy("Time was given during the attempt “%(what)s”."),
    "attempt.paused": gettext_lazy("The clock of the attempt “%(what)s” was stopped."),
    "attempt.resumed": gettext_lazy("The clock of the attempt “%(what)s” runs again."),
    "attempt.late": gettext_lazy("Late answers of the attempt “%(what)s” were accepted."),
    "attempt.graded": gettext_lazy("The attempt “%(what)s” has all its marks."),
    "answer.marked": gettext_lazy("An answer of the attempt “%(what)s” was marked."),
    "remark.asked": gettext_lazy("The answer “%(what)s” was asked to be marked again."),
    "remark.changed": gettext_lazy("The answer “%(what)s” was marked again, with another mark."),
    "remark.kept": gettext_lazy("The answer “%(what)s” was marked again; the mark stands."),
    "result.changed": gettext_lazy("The result “%(what)s” changed."),
    "result.decided": gettext_lazy("A result was decided: %(what)s."),
    "passage.published": gettext_lazy("The typing passage “%(what)s” was published."),
    "passage.retired": gettext_lazy("The typing passage “%(what)s” was retired."),
    "typing_standard.created": gettext_lazy("The typing standard “%(what)s” was created."),
    "typing_standard.changed": gettext_lazy("The typing standard “%(what)s” was changed."),
    # Certificates.
    "certificate.issued": gettext_lazy("Certificate %(what)s was issued."),
    "certificate.rendered": gettext_lazy("The PDF of certificate %(what)s was made."),
    "certificate.revoked": gettext_lazy("Certificate %(what)s was revoked."),
    "report.scheduled": gettext_lazy("A report was to come regularly: %(what)s."),
    "report.unscheduled": gettext_lazy("A report comes no more: %(what)s."),
    "external.claimed": gettext_lazy("An external course was handed in: %(what)s."),
    "external.confirmed": gettext_lazy("An external course was confirmed: %(what)s."),
    "external.refused": gettext_lazy("An external course was refused: %(what)s."),
    "job_checklist.begun": gettext_lazy("The on-the-job checklist “%(what)s” was begun."),
    "job_checklist.completed": gettext_lazy("An on-the-job checklist was completed: %(what)s."),
    "job_item.signed": gettext_lazy("An item on the job was signed: %(what)s."),
    "job_item.taken_back": gettext_lazy("A signature on the job was taken back: %(what)s."),
    "rule.made": gettext_lazy("The assignment rule “%(what)s” began to work."),
    "rule.ended": gettext_lazy("The assignment rule “%(what)s” ended."),
    "assignments.let_go": gettext_lazy("A rule let people go from the course “%(what)s”."),
    "assignment.moved": gettext_lazy("A due day of %(what)s was moved."),
    "leave.entered": gettext_lazy("A leave of %(what)s was entered."),
    "leave.taken_back": gettext_lazy("A leave of %(what)s was taken back."),
    # Documents, packages and topics.
    "lessons.imported": gettext_lazy("Lessons were imported into the course “%(what)s”."),
    "course.version_ruled": gettext_lazy("It was decided who must see what has changed in “%(what)s”."),
    "lesson_media.described": gettext_lazy("What a file of lessons shows and says was described anew: %(what)s."),
    "lesson_media.deleted": gettext_lazy("A file of lessons was deleted: %(what)s."),
    "lesson_media.added": gettext_lazy("A file for lessons was added: %(what)s."),
    "package.added": gettext_lazy("The package “%(what)s” was added."),
    "package.deleted": gettext_lazy("The package “%(what)s” was deleted."),
    "topic.added": gettext_lazy("The topic “%(what)s” was added."),
    "topic.changed": gettext_lazy("The topic “%(what)s” was changed."),
    "topic.moved": gettext_lazy("The topic “%(what)s” was moved."),
    # Quality.
    "checklist.written": gettext_lazy("A version of the checklist “%(what)s” was written."),
    "checklist.retired": gettext_lazy("The checklist “%(what)s” was retired."),
    "observation.recorded": gettext_lazy("A contact was reviewed: %(what)s."),
    "appraised": gettext_lazy("An appraisal was entered: %(what)s."),
    "violation.recorded": gettext_lazy("A violation was recorded: %(what)s."),
    # Promotions.
    "ladder_rule.written": gettext_lazy("The rule of the ladder for %(what)s was written."),
    "round.opened": gettext_lazy("The review round “%(what)s” was opened."),
    "round.before_panel": gettext_lazy("The cases of “%(what)s” came before the panel."),
    "round.closed": gettext_lazy("The review round “%(what)s” was closed."),
    "case.proposed": gettext_lazy("A promotion was proposed: %(what)s."),
    "case.withdrawn": gettext_lazy("A proposed promotion was withdrawn: %(what)s."),
    "case.vote": gettext_lazy("A vote was cast on a promotion: %(what)s."),
    "case.promoted": gettext_lazy("A promotion was decided: %(what)s."),
    "case.refused": gettext_lazy("A promotion was refused: %(what)s."),
    "case.appealed": gettext_lazy("A refusal was appealed: %(what)s."),
    "appeal.settled": gettext_lazy("The department settled an appeal: %(what)s."),
    "appeal.unsettled": gettext_lazy("The department could not settle an appeal: %(what)s."),
    "appeal.upheld": gettext_lazy("An appeal was upheld: %(what)s."),
    "appeal.dismissed": gettext_lazy("An appeal was dismissed: %(what)s."),
    "demoted": gettext_lazy("%(what)s was demoted for a violation."),
    # Plans.
    "need.found": gettext_lazy("A training need was found: %(what)s."),
    "need.wished": gettext_lazy("A training was wished for: %(what)s."),
    "need.declined": gettext_lazy("A training need was declined: %(what)s."),
    "need.reopened": gettext_lazy("A training need was opened again: %(what)s."),
    "need.planned": gettext_lazy("A training need was put into the plan: %(what)s."),
    "plan.drafted": gettext_lazy("The plan “%(what)s” was drafted."),
    "plan.proposed": gettext_lazy("The plan “%(what)s” was proposed."),
    "plan.approved": gettext_lazy("The plan “%(what)s” was approved."),
    "plan.returned": gettext_lazy("The plan “%(what)s” was returned."),
    "plan.reopened": gettext_lazy("The plan “%(what)s” was opened again."),
    "plan_item.added": gettext_lazy("“%(what)s” was added to the plan."),
    "plan_item.edited": gettext_lazy("“%(what)s” in the plan was changed."),
    "plan_item.cancelled": gettext_lazy("“%(what)s” in the plan was cancelled."),
    "plan_item.scheduled": gettext_lazy("A class session was arranged for “%(what)s” in the plan."),
    "plan_item.assigned": gettext_lazy("People were assigned the self-study “%(what)s” in the plan."),
}


def sentence(line: JournalEntry) -> str:
    """What a line of the journal says; a verb no longer in use is shown as it was written."""
    what = line.object_name or line.object_id
    if line.verb in VERBS:
        return str(VERBS[line.verb]) % {"what": what}
    return f"{line.verb}: {what}"


def actor(line: JournalEntry) -> str:
    """Who did it; nobody is the clock."""
    return line.actor_name or _("the clock")


def kind(object_type: str) -> str:
    """What a kind of object is called."""
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return object_type
