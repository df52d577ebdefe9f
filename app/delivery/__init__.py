"""Messages on their way to officers and reporters."""
