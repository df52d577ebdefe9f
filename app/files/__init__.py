"""Uploaded files: identified by content, measured before decoding, and re-encoded before they are served."""
