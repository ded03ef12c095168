"""The pages about people, by topic: one's own, the staff, roles, the staff list from a file."""
