"""Tables in Markdown."""


def table(heads, rows):
    """A Markdown table; every cell is turned into text."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
