"""What does it look like in a browser?

Pages are one file: no script, no font, nothing fetched. Markup is a tree of elements that the standard
library writes out, so whatever a text holds is escaped; no string of a caller's is ever pasted into markup.
"""
