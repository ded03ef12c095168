"""The pages of needs and plans."""
