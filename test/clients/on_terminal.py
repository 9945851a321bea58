"""Runs psql on a terminal and prints the process's number, then for every pair types the first,
`\\t` and `\\n` with their meanings, and waits until the terminal shows the second.

usage: /usr/bin/python3 on_terminal.py psql url type wait-for [type wait-for]…
"""
import os
import pty
import select
import sys

psql, url, *steps = sys.argv[1:]
seen = b""


def until(wanted):
    global seen
    while wanted.encode() not in seen:
        ready, _, _ = select.select([terminal], [], [], 20)
        if not ready:
            sys.exit(f"waited for {wanted!r} and saw {seen!r}")
        seen += os.read(terminal, 4096)
    seen = seen.split(wanted.encode(), 1)[1]


child, terminal = pty.fork()
if child == 0:
    os.environ.update(TERM="dumb", PAGER="cat", HISTFILE="/dev/null")
    os.execv(psql, [psql, "-X", "-v", "PROMPT1=ready> ", url])
print(child, flush=True)
until("ready> ")
for typed, wanted in zip(steps[::2], steps[1::2]):
    os.write(terminal, typed.replace("\\t", "\t").replace("\\n", "\n").encode())
    # The terminal shows what is typed, too.
    until(typed.split("\\t")[0].split("\\n")[0][-8:])
    until(wanted)
# Ctrl-U takes back what was typed and not sent.
os.write(terminal, b"\x15\\q\n")
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
