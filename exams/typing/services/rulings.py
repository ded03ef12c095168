"""What an examiner decides about the flags of a run."""
