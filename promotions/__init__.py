"""Ladder rules, review rounds, cases, dossiers, votes and decisions."""
