"""Reads for promotion pages, by topic. Facts are gathered for one person or for many with the same number of queries."""

from promotions.queries.dossiers import dossier_contents, judged_cases, judged_in, shown_dossier
from promotions.queries.facts import Known, facts_of
from promotions.queries.ladder import Ladder, Names, Step, Way, names_of, rule_for, rules, steps, way, way_to_next_level
from promotions.queries.nominations import Ready, candidates, readiness, ready, units_below
from promotions.queries.reviews import cases_of, newest_votes, open_appeals, quorum, rounds, tally
from promotions.queries.violations import demotion_due, demotions, levels_below

__all__ = [
    "Known",
    "Ladder",
    "Names",
    "Ready",
    "Step",
    "Way",
    "candidates",
    "cases_of",
    "demotion_due",
    "demotions",
    "dossier_contents",
    "facts_of",
    "judged_cases",
    "judged_in",
    "levels_below",
    "names_of",
    "newest_votes",
    "open_appeals",
    "quorum",
    "readiness",
    "ready",
    "rounds",
    "rule_for",
    "rules",
    "shown_dossier",
    "steps",
    "tally",
    "units_below",
    "way",
    "way_to_next_level",
]
