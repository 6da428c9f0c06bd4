"""All rules, evaluated again only where a counter has moved."""

from .expressions import And
from .interfaces import Circular
from .interfaces import Verdict
from .parser import parse_rule
from dataclasses import dataclass
from dataclasses import field
from graphlib import CycleError
from graphlib import TopologicalSorter
from heapq import heapify
from heapq import heappop
from heapq import heappush


@dataclass(slots=True)
class Kept:
    rule: object
    expression: object
    warning: object
    status: str | None = None
    reason: str = ""
    #: Rules of others that this one speaks of have smaller ones.
    rank: int = 0
    members: set = field(default_factory=set)


class RuleBook:
    """Rules over a `Board`.  Each rule is a member of it, too."""

    def __init__(self, board):
        self.board = board
        self.rules = {}

    def add(self, rule, status=None):
        """Take in a rule; *status* is what its change log says.

        :raises RuleError: Its text cannot be understood.
        """
        warning = parse_rule(rule.warning) if rule.warning else None
        kept = Kept(rule, parse_rule(rule.expression), warning, status)
        self.rules[rule.id] = kept
        self.board.watch(rule.id, self.everything(kept))

    def everything(self, kept):
        parts = [kept.expression, kept.warning]
        return And(tuple(part for part in parts if part is not None))

    def remove(self, rule_id):
        self.board.unwatch(rule_id)
        return self.rules.pop(rule_id, None)

    def arrange(self):
        """Work out who speaks of whom; call it when all rules are there.

        :raises Circular: Rules lead back to themselves; the text names them.
        """
        graph = {}
        for rule_id, kept in self.rules.items():
            kept.members = self.board.selected(self.everything(kept))
            graph[rule_id] = kept.members & self.rules.keys()
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            names = [self.rules[rule_id].rule.name for rule_id in error.args[1]]
            message = f"Rules speak of each other: {' -> '.join(names)}."
            raise Circular(message, error.args[1]) from error
        for rank, rule_id in enumerate(order):
            self.rules[rule_id].rank = rank

    def evaluate(self, concerned, now):
        """`Verdict`s of those of the *concerned* rules that have changed.

        Rules that speak of changed rules follow, each at most once.
        """
        verdicts = []
        waiting = [(self.rules[i].rank, i) for i in concerned if i in self.rules]
        heapify(waiting)
        last = None
        while waiting:
            place = heappop(waiting)
            if place == last:
                continue
            last = place
            verdict = self.evaluate_one(place[1], now)
            if verdict:
                verdicts.append(verdict)
                for rule_id in self.board.move(verdict.id, verdict.status):
                    heappush(waiting, (self.rules[rule_id].rank, rule_id))
        return verdicts

    def evaluate_one(self, rule_id, now):
        kept = self.rules[rule_id]
        status, reason = self.judged(kept)
        kept.reason = reason
        if status == kept.status:
            return None
        previous, kept.status = kept.status, status
        return Verdict(rule_id, int(now), status, reason, previous)

    def judged(self, kept):
        """``(status, reason)`` of a rule just now."""
        rule, board = kept.rule, self.board
        value = kept.expression.value(board, rule.unknown)
        if value is False:
            return rule.severity, kept.expression.why(board, rule.unknown)
        if value is None:
            return "unknown", kept.expression.why(board, rule.unknown)
        if kept.warning is not None:
            if kept.warning.value(board, rule.unknown) is False:
                return "warn", kept.warning.why(board, rule.unknown)
        return "ok", ""

    def covering(self, member_id):
        """Rules that speak of a member, with their kept state."""
        return [kept for kept in self.rules.values() if member_id in kept.members]
