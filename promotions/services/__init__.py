"""Every write about promotions, by topic: rules, rounds, cases, appeals, demotions."""

from promotions.services.appeals import (
    APPEAL_DAYS,
    MEDIATION_DAYS,
    appeal,
    appeal_until,
    may_be_ruled,
    mediate,
    mediate_until,
    rule_on_appeal,
)
from promotions.services.cases import decide, propose, vote, withdraw
from promotions.services.demotions import demote
from promotions.services.rounds import bring_to_panel, close_round, open_round
from promotions.services.rules import write_rule

__all__ = [
    "APPEAL_DAYS",
    "MEDIATION_DAYS",
    "appeal",
    "appeal_until",
    "bring_to_panel",
    "close_round",
    "decide",
    "demote",
    "may_be_ruled",
    "mediate",
    "mediate_until",
    "open_round",
    "propose",
    "rule_on_appeal",
    "vote",
    "withdraw",
    "write_rule",
]
