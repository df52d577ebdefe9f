"""Files from strangers: known by what is in them, measured before they are decoded, written anew before
they are served.
"""
