"""The Open311 door: reading what is asked, telling it in JSON or XML, taking complaints in."""
