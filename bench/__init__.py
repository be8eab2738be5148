"""What Holdfast costs beside a workflow written by hand: same server, same activity, same minute, side by side.

Absolute figures hold for one machine and hour; only ratios carry over, so each figure stands beside its twin. Both
sides have their worker in a process of its own with the same cache and the same sticky timeout; what differs is what
is being measured: the interpreter, the record of every event in a database, the seals, the log lines, the HTTP door.

`make bench` prints the table and writes bench/latest.json; `make bench-lists` asks the lists of the API at a million
runs. A ratio is to the `Worker` as the SDK gives it; beside it stands the ratio to one that runs as ours does, without
the sandbox and on uvloop. BENCH_REPEAT (3), BENCH_RUNS (50), BENCH_STEPS (10), BENCH_PAUSED (2000), BENCH_PARTS and
BENCH_SCALE make either smaller.
"""
