"""What it all came to, in counts: of one cohort for those who run it, of a school for its governors. No names."""
