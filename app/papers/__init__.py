"""Papers of the office: letters, their files, and what becomes of a file that is lost."""
