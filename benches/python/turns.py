"""What times of calls that took turns say."""

import statistics


def ratio(ours, theirs):
    """How many times as fast: the median over the turns of the ratios within a turn."""
    return statistics.median(b / a for a, b in zip(ours, theirs))


def verdict(is_met):
    return "met" if is_met else "MISSED"
