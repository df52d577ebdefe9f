"""Documents of a case: response letters, their PDF files, numbering, drawing, signing and verification."""
