"""A Munin node's side of the protocol: graphs of everything that is known.

http://guide.munin-monitoring.org/en/latest/master/network-protocol.html
"""

from ..interfaces import STATUSES
from hashlib import sha256
import re
import socket


#: A graph with more lines shows nothing.
MOST_FIELDS = 200
COLOURS = {
    "ok": "00aa44",
    "warn": "ff9900",
    "crit": "dd0000",
    "unknown": "7722bb",
    "unmonitored": "888888",
}
END = [".\n"]


class Node:
    """Answers one client. *read* returns the `facts.Facts` of now."""

    def __init__(self, read, name=None):
        self._read = read
        self.name = name or socket.gethostname()
        self._graphs = {
            "hoard_checks": _checks,
            "hoard_duration": _durations,
            "hoard_values": _values,
        }

    def greeting(self):
        return f"# munin node at {self.name}\n"

    def answer(self, line):
        """The answer to one line, or None to hang up."""
        command, _, argument = line.strip().partition(" ")
        argument = argument.strip()
        if command in ("quit", "."):
            return None
        handler = {
            "cap": lambda _: ["cap multigraph\n"],
            "nodes": lambda _: [f"{self.name}\n", *END],
            "version": lambda _: [f"munins node on {self.name} version: hoard\n"],
            "list": self._list,
            "config": lambda graph: self._show(graph, 0),
            "fetch": lambda graph: self._show(graph, 1),
        }.get(command)
        if handler is None:
            known = "cap, list, nodes, config, fetch, version or quit"
            return f"# Unknown command. Try {known}\n"
        return "".join(handler(argument))

    def _list(self, node):
        mine = node in ("", self.name)
        return [" ".join(self._graphs) if mine else "", "\n"]

    def _show(self, graph, which):
        make = self._graphs.get(graph)
        if make is None:
            return ["# Unknown service\n", *END]
        return [*make(self._read())[which], *END]


def _checks(facts):
    config = [
        "graph_title Checks by status\n",
        "graph_category hoard\n",
        "graph_args --base 1000 --lower-limit 0\n",
        "graph_vlabel checks\n",
        f"graph_order {' '.join(STATUSES)}\n",
    ]
    for place, status in enumerate(STATUSES):
        config += [
            f"{status}.label {status}\n",
            f"{status}.draw {'STACK' if place else 'AREA'}\n",
            f"{status}.colour {COLOURS[status]}\n",
        ]
    config += ["crit.critical 0:0\n", "warn.warning 0:0\n"]
    return config, [f"{name}.value {n}\n" for name, n in facts.counts.items()]


def _durations(facts):
    fields = [
        (one.name, one.title, one.seconds, "s")
        for one in facts.checks
        if one.seconds is not None
    ]
    return _multigraph("hoard_duration", "Response time", "seconds", fields)


def _values(facts):
    fields = [
        (f"{one.check} {one.name}", f"{one.check}: {one.name}", one.number, one.unit)
        for one in facts.numbers
    ]
    return _multigraph("hoard_values", "Metrics of checks", "", fields)


def _multigraph(graph, title, unit, fields):
    """``(config, values)``: all fields in one graph, and a graph for each."""
    config, values = _graph(graph, graph, title, unit, fields[:MOST_FIELDS])
    for name, label, number, own in fields:
        place = f"{graph}.{field_name(name)}"
        more = _graph(
            place, graph, f"{title}: {label}", own, [(name, label, number, own)]
        )
        config += more[0]
        values += more[1]
    return config, values


def _graph(place, graph, title, unit, fields):
    config = [
        f"multigraph {place}\n",
        f"graph_title {_line(title)}\n",
        "graph_category hoard\n",
    ]
    if unit:
        config.append(f"graph_vlabel {_line(unit)}\n")
    values = [f"multigraph {place}\n"]
    for name, label, number, _unit in fields:
        field = field_name(name)
        config.append(f"{field}.label {_line(label)}\n")
        values.append(f"{field}.value {number!r}\n")
    return config, values


def field_name(name):
    """*name* as Munin wants it: letters, digits, underscores; different names
    give different ones."""
    if re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name, re.ASCII):
        return name
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    mark = sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
    return f"_{plain[:40]}_{mark}"


def _line(text):
    """*text* in one line, without what Munin takes for something else."""
    return re.sub(r"[\x00-\x1f\x7f#\\]+", " ", text)[:120] or "-"
