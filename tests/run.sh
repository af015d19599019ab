#!/bin/sh
# Every test of cairn, on a Debian machine: sh tests/run.sh [PART...]
#
#   check   layers, purity, format, sizes, rule numbers: the rules about the code itself
#   gcc     optimised build with gcc, all suites
#   clang   build with clang, AddressSanitizer and UndefinedBehaviorSanitizer: unit property replay
#           and of sim and e2e what is light: a daemon that is asked to end must not have leaked
#   fuzz    libFuzzer on every entrance: its corpus, then CAIRN_FUZZ_SECONDS (10) of new input
#   SUITE   one suite of the gcc build: unit property replay sim model e2e fault
#
# No part named: check gcc clang fuzz. First installs what is missing of docker/packages.txt.
# Builds in CAIRN_BUILD-gcc and so on (CAIRN_BUILD: build). CAIRN_SEED replays a random test.
# Last line: 'N passed, N failed', single cases; what crashes, hangs, is skipped, does not build or
# says nothing has failed. Exit 0 only when nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 1

case ${1-} in
-h | --help)
    sed -n '2,/^set/{s/^# \{0,1\}//p;}' tests/run.sh
    exit 0
    ;;
esac

export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1
build=${CAIRN_BUILD:-build}
python=/usr/bin/python3
[ -x "$python" ] || python=python3
sums=$(mktemp) || exit 1
failed=1

close() {
    trap - EXIT INT TERM
    awk '{ passed += $1; failed += $2 } END {
        if (passed + failed == 0) failed = 1
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0 }' "$sums"
    failed=$?
    rm -f "$sums"
    exit "$failed"
}
trap close EXIT
trap 'fail "stopped by a signal"; close' INT TERM

fail() {
    echo "FAILED: $*"
    echo "0 1" >>"$sums"
}

# Log of a command, shown only when it fails.
quietly() {
    log=$build-$1.log
    shift
    "$@" >"$log" 2>&1 </dev/null && return 0
    tail -n 80 "$log"
    return 1
}

# Build in $build-NAME with these options of meson; builds on after the first error.
compile() {
    name=$1 compiler=$2
    shift 2
    echo "== $name: build"
    if [ ! -f "$build-$name/build.ninja" ]; then
        rm -rf "$build-$name"
        quietly "$name" env CC="$compiler" meson setup "$build-$name" "$@" || {
            fail "$name: meson setup"
            return
        }
    fi
    quietly "$name" ninja -k 0 -C "$build-$name" $targets || fail "$name: build"
}

suites() {
    name=$1
    shift
    echo "== $name: tests"
    "$python" tests/check/tally.py "$sums" suites "$build-$name" "$@" ||
        fail "$name: cannot count the tests"
}

tap() {
    "$python" tests/check/tally.py "$sums" run "$@" || fail "$1: cannot count the tests"
}

part() {
    targets=
    case $1 in
    check)
        echo "== check"
        tap check "$python" tests/check/all.py
        ;;
    gcc)
        compile gcc gcc
        suites gcc 1
        ;;
    clang)
        compile clang clang -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 \
            -Dc_args=-fno-sanitize-recover=all
        suites clang 4 unit property replay sim-light e2e-light
        ;;
    fuzz)
        targets=fuzzers
        compile fuzz clang -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 \
            '-Dc_args=-fsanitize=fuzzer-no-link -fno-sanitize-recover=all'
        echo "== fuzz: corpus and ${CAIRN_FUZZ_SECONDS:-10} s of new input each"
        tap fuzz "$python" tests/fuzz/run.py "$build-fuzz" "${CAIRN_FUZZ_SECONDS:-10}"
        ;;
    *)
        compile gcc gcc
        suites gcc 1 "$1"
        ;;
    esac
}

sh docker/install.sh build test || fail "packages are missing"
[ $# -gt 0 ] || set -- check gcc clang fuzz
for wanted; do
    started=$(date +%s)
    part "$wanted"
    echo "== $wanted: $(($(date +%s) - started)) s"
done
