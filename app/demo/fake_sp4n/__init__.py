"""A FAKE of SP4N for tests and demonstrations: a design of our own, not SP4N-LAPOR!'s API, which is not public."""
