"""Who works here: users, units, posts, levels, employment, roles and their reach, notifications."""
