"""Characters that belong in no name, address or title of ours.

They would end a header, a line of a log or of a file, and begin another.
"""

import re


#: C0 and C1 controls, and what Unicode takes for the end of a line.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
