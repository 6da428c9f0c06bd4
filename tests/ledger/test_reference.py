"""The examples of the reference page do what they say."""

from pathlib import Path
import doctest
import re


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "ledger.md"


def test_the_examples_of_the_reference_run(site):
    text = re.sub(r"^```.*$", "", PAGE.read_text(), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, {"site": site}, "ledger", None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    report = []
    runner.run(test, out=report.append)

    assert runner.tries > 25
    assert runner.failures == 0, "".join(report)
