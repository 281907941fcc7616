# SPDX-License-Identifier: BSD-2-Clause
"""Figures as the other benchmarks print them: a line of a table, or with INV_BENCH_JSON set in the
environment a JSON object. And what the kernel says of a process."""

import json
import os


def figure(what, value, unit, beside=None, beside_value=0.0):
    if os.environ.get("INV_BENCH_JSON") is not None:
        line = {"bench": "prosody", "what": what, "value": float(f"{value:.6g}"), "unit": unit}
        if beside is not None:
            line |= {"beside": beside, "beside_value": float(f"{beside_value:.6g}"),
                     "ratio": float(f"{value / beside_value:.4g}")}
        print(json.dumps(line), flush=True)
    else:
        compared = f" {value / beside_value:.3f} of {beside} ({beside_value:.5g})" if beside else ""
        print(f"{'prosody':<13} {what:<52} {value:12.5g} {unit:<6}{compared}", flush=True)


def processor_seconds(pid):
    """User and system time, of all its threads."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0
