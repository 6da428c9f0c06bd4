Records are announced by events with the changed fields, and follow copies, working copies and versions of their content, files included.
