"""Sizes of screens, and whether a page fits."""

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
SCREEN = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}


def overflows(page):
    """Whether one has to scroll sideways."""
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
