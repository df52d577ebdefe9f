"""Sending of messages to officers and reporters."""
