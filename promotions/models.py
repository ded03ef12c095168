"""The way up: rules of the ladder, review rounds, cases with their dossiers, votes and decisions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ground.append_only import append_only
from people.models import Level, User


class LadderRule(models.Model):
    """What it takes to move from one level to the next; the words live in versions.

    Without `from_level` it is the way onto the ladder, for people who have no level yet.
    """

    from_level = models.ForeignKey(
        Level, verbose_name=_("from level"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_level = models.OneToOneField(
        Level, verbose_name=_("to level"), on_delete=models.PROTECT, related_name="ladder_rule"
    )
    current = models.ForeignKey(
        "RuleVersion",
        verbose_name=_("current version"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("ladder rule")
        verbose_name_plural = _("ladder rules")
        ordering = ["to_level__rank"]

    def __str__(self) -> str:
        return str(self.to_level)


@append_only
class RuleVersion(models.Model):
    """Frozen requirements: a list of {"kind", ...} in the words of promotions.eligibility."""

    rule = models.ForeignKey(LadderRule, verbose_name=_("rule"), on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    requirements = models.JSONField(_("requirements"))
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    content_hash = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        verbose_name = _("rule version")
        verbose_name_plural = _("rule versions")
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="one_rule_version_per_number")]

    def __str__(self) -> str:
        return f"{self.rule} v{self.number}"


class ReviewRound(models.Model):
    """A promotion review: nominations until `nominate_until`, then votes of the panel and decisions, then closed.

    A round nobody was proposed in closes at once.
    """

    class State(models.TextChoices):
        NOMINATING = "nominating", _("nominations open")
        REVIEW = "review", _("in review")
        CLOSED = "closed", _("closed")

    MOVES = {
        State.NOMINATING: {State.REVIEW, State.CLOSED},
        State.REVIEW: {State.CLOSED},
        State.CLOSED: set(),
    }

    name = models.CharField(_("name"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.NOMINATING)
    nominate_until = models.DateField(_("nominations until"))
    effective_on = models.DateField(_("promotions take effect"))
    panel = models.ManyToManyField(User, verbose_name=_("panel"), related_name="review_panels", blank=True)

    class Meta:
        verbose_name = _("review round")
        verbose_name_plural = _("review rounds")
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "name"], name="one_round_per_year_and_name"),
            models.CheckConstraint(
                condition=Q(effective_on__gt=F("nominate_until")), name="promotions_take_effect_after_nominations"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """One person proposed for the next level in one round, from the level held on that day.

    A refusal may still become a promotion: when an appeal against it is upheld.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        IN_REVIEW = "in_review", _("before the panel")
        PROMOTED = "promoted", _("promoted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    MOVES = {
        State.PROPOSED: {State.IN_REVIEW, State.WITHDRAWN},
        State.IN_REVIEW: {State.PROMOTED, State.REFUSED, State.WITHDRAWN},
        State.PROMOTED: set(),
        State.REFUSED: {State.PROMOTED},
        State.WITHDRAWN: set(),
    }

    round = models.ForeignKey(ReviewRound, verbose_name=_("round"), on_delete=models.PROTECT, related_name="cases")
    user = models.ForeignKey(
        User, verbose_name=_("staff member"), on_delete=models.PROTECT, related_name="promotion_cases"
    )
    from_level = models.ForeignKey(
        Level, verbose_name=_("from level"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_level = models.ForeignKey(Level, verbose_name=_("to level"), on_delete=models.PROTECT, related_name="+")
    rule_version = models.ForeignKey(
        RuleVersion, verbose_name=_("rule version"), on_delete=models.PROTECT, related_name="cases"
    )
    proposed_by = models.ForeignKey(User, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed at"))
    justification = models.TextField(_("justification"), blank=True)
    exceptional = models.BooleanField(_("exceptional promotion"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)

    class Meta:
        verbose_name = _("promotion case")
        verbose_name_plural = _("promotion cases")
        ordering = ["round_id", "user__name_sort"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "user"], condition=~Q(state="withdrawn"), name="one_case_per_person_and_round"
            ),
            models.CheckConstraint(
                condition=Q(exceptional=False) | ~Q(justification=""), name="an_exceptional_case_is_justified"
            ),
            models.CheckConstraint(condition=~Q(user=F("proposed_by")), name="nobody_proposes_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.to_level}"


@append_only
class Dossier(models.Model):
    """The evidence as it stood when the case came before the panel."""

    case = models.OneToOneField(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="dossier")
    content = models.JSONField(_("content"))
    content_hash = models.CharField(_("fingerprint"), max_length=64)
    frozen_at = models.DateTimeField(_("frozen"))

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")

    def __str__(self) -> str:
        return f"{self.case_id}"


@append_only
class Vote(models.Model):
    """A panel member's vote with its reason; the newest of a member counts, the older ones stay."""

    class Choice(models.TextChoices):
        FOR = "for", _("for")
        AGAINST = "against", _("against")
        ABSTAIN = "abstain", _("abstain")

    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(User, verbose_name=_("panel member"), on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(_("vote"), max_length=8, choices=Choice.choices)
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["case_id", "id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.choice}"


@append_only
class Decision(models.Model):
    """A named person's decision on a case, once, with the reason and the day it takes effect."""

    class Outcome(models.TextChoices):
        PROMOTE = "promote", _("promote")
        REFUSE = "refuse", _("refuse")

    case = models.OneToOneField(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    reason = models.TextField(_("reason"))
    effective_on = models.DateField(_("takes effect"), null=True, blank=True)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_decision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(outcome="refuse", effective_on__isnull=True)
                | Q(outcome="promote", effective_on__isnull=False),
                name="a_promotion_takes_effect_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class Appeal(models.Model):
    """The person's objection to a refusal: mediated by the department, then ruled on once by somebody else than who refused.

    Settled by the mediation, it is closed without a ruling. Upheld, it promotes the person on `effective_on`; the
    decision stays on file as it was.
    """

    case = models.OneToOneField(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("at"))
    ruling = models.TextField(_("ruling"), blank=True)
    upheld = models.BooleanField(_("upheld"), null=True, blank=True)
    effective_on = models.DateField(_("takes effect"), null=True, blank=True)
    ruled_by = models.ForeignKey(
        User, verbose_name=_("ruled by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.CheckConstraint(
                condition=Q(ruled_at__isnull=True, ruling="", ruled_by__isnull=True, upheld__isnull=True)
                | (Q(ruled_at__isnull=False, ruled_by__isnull=False, upheld__isnull=False) & ~Q(ruling="")),
                name="a_ruled_appeal_says_how_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(upheld=True, effective_on__isnull=False)
                | (Q(effective_on__isnull=True) & (Q(upheld__isnull=True) | Q(upheld=False))),
                name="an_upheld_appeal_takes_effect_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}"

    @property
    def settled(self) -> bool:
        """Whether the mediation closed it."""
        mediation = getattr(self, "mediation", None)
        return mediation is not None and mediation.outcome == Mediation.Outcome.SETTLED


@append_only
class Mediation(models.Model):
    """What came of the department's talk with the person about an appeal, once, before personnel rules on it."""

    class Outcome(models.TextChoices):
        SETTLED = "settled", _("settled")
        UNSETTLED = "unsettled", _("not settled")

    appeal = models.OneToOneField(Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="mediation")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    note = models.TextField(_("note"))
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("mediation")
        verbose_name_plural = _("mediations")
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="a_mediation_has_a_note")]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.outcome}"
