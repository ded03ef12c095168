"""Checklists, observations, findings, appraisals and violations."""
