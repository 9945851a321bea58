# The end of .ci/run, from the log of tap's runs: every assertion that failed, with its file, its
# subtests and its diagnostic; why tests were skipped; and the sums. POSIX awk.
#
# A subtest's own line follows the lines in it, four spaces further to the left. It is printed only
# when nothing in it was: when it ran into its time limit, or did not do what it had planned.

function depth(line) {
  match(line, /^ */)
  return int(RLENGTH / 4)
}

function out(line) {
  if (lines == linesMax) print "… and more: the whole is in the log above"
  if (lines++ < linesMax) print line
}

# `not ok 3 - name # time=5ms {` is named `name`.
function title(line) {
  sub(/^ *(not )?ok [0-9]+( - )?/, "", line)
  sub(/ *\{$/, "", line)
  sub(/ # time=.*$/, "", line)
  return line
}

function place(d, i, path) {
  path = ""
  for (i = 0; i < d; i++) path = path (i > 0 ? " > " : "") names[i]
  return path
}

BEGIN {
  linesMax = 200
  diagnosticMax = 40
}

# The diagnostic of the failure before it.
inDiagnostic {
  if (++diagnosticLines <= diagnosticMax) out($0)
  if ($0 ~ /^ *\.\.\.$/) inDiagnostic = 0
  next
}

expectsDiagnostic {
  expectsDiagnostic = 0
  if ($0 ~ /^ *---$/) {
    inDiagnostic = 1
    diagnosticLines = 1
    out($0)
    next
  }
}

/^ *# Subtest: / {
  d = depth($0)
  name = $0
  sub(/^ *# Subtest: /, "", name)
  names[d] = name
  failedWithin[d] = 0
  next
}

/^ *ok .* # SKIP/ {
  reason = $0
  sub(/^.* # SKIP:? */, "", reason)
  sub(/ *\{?$/, "", reason)
  if (!(reason in skipped)) skips[++reasons] = reason
  skipped[reason]++
  next
}

/^ *not ok / && !/ # (TODO|SKIP)/ {
  d = depth($0)
  name = title($0)
  buffered = $0 ~ /\{$/
  if (buffered) {
    names[d] = name
    failedWithin[d] = 0
    next
  }
  told = d in names && names[d] == name && failedWithin[d]
  if (!told) {
    if (failures++ == 0) out("\n== what failed")
    if (d > 0) out("\n" place(d))
    else out("")
    out($0)
    expectsDiagnostic = 1
  }
  for (i = 0; i < d; i++) failedWithin[i] = 1
  failedWithin[d] = 0
  next
}

# tap ends each run with a line such as `# { total: 9, pass: 8, fail: 1 }`.
/^# \{ total: / {
  for (i = 1; i < NF; i++) {
    if ($i == "pass:") passed += $(i + 1)
    if ($i == "fail:") failed += $(i + 1)
  }
}

END {
  if (reasons > 0) print "\n== what was skipped\n"
  for (i = 1; i <= reasons; i++) print skipped[skips[i]] " skipped: " (skips[i] == "" ? "no reason given" : skips[i])
  # A run that ended without counting its failure has still failed.
  if (status != 0 && failed == 0) failed = 1
  printf "\n%d passed, %d failed\n", passed, failed
}
