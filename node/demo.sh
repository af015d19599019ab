#!/bin/sh
# Three countries, one history: sh node/demo.sh [--keep]
#
# On a Debian machine: installs what the build needs, builds into build-demo, and plays a network of
# AUT, SRB and GEO on loopback, later POL. Each step says what it does and checks itself; the first
# one that is not as it should be ends the demo with exit code 1 and its name. Nothing is left
# running, but with --keep: then the network stays up, with its addresses and a token printed.
set -eu
cd "$(dirname "$0")/.."

keep=
case ${1-} in
'') ;;
--keep) keep=yes ;;
*)
    sed -n '2,/^set/{s/^# \{0,1\}//p;}' node/demo.sh
    exit 2
    ;;
esac

build=${CAIRN_BUILD:-build-demo}
place=
pids=
step='0. before the first step'
number=0

close() {
    code=$?
    trap - EXIT INT TERM
    if [ "$code" -ne 0 ]; then
        echo
        echo "NOT AS IT SHOULD BE: step $step"
        keep=
        for log in "${place:-/nonexistent}"/*.log; do
            [ ! -f "$log" ] || { echo "-- end of $(basename "$log"):" && tail -n 15 "$log"; }
        done
    fi
    if [ -z "$keep" ]; then
        for pid in $pids; do kill -9 "$pid" 2>/dev/null || true; done
        [ -z "$place" ] || rm -rf "$place"
    fi
    exit "$code"
}
trap close EXIT
trap 'exit 1' INT TERM

step() {
    number=$((number + 1))
    step="$number. $*"
    echo
    echo "$step"
}

say() { echo "   $*"; }

wrong() {
    echo "   $*" >&2
    exit 1
}

# until_true SECONDS WHAT COMMAND...: ask until it succeeds
until_true() {
    left=$(($1 * 10)) what=$2
    shift 2
    until "$@" >"$place/last" 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || {
            cat "$place/last" >&2
            wrong "not in time: $what"
        }
        sleep 0.1
    done
}

# cairn CCC WORDS...: a command on that country's node; officers and their purpose are named
cairn() {
    country=$1
    shift
    CAIRN_DIR=$place/$country "$build/node/cairn" "$@"
}
officer() { cairn "$@" --role bureau --actor A-17 --purpose alert.management; }
booth() { cairn "$@" --role booth --actor B-17 --purpose border.check; }

# get EXPRESSION: of the JSON on the standard input, as Python has it, called d
get() { python3 -c "import json, sys; d = json.load(sys.stdin); print($1)"; }

start() {
    "$build/node/cairnd" --dir "$place/$1" >>"$place/$1.log" 2>&1 &
    echo $! >"$place/$1.pid"
    pids="$pids $!"
    until_true 20 "$1's node answers" cairn "$1" status
}

make() {
    ports=$(python3 -c 'import random, socket
some = [socket.socket() for _ in range(2)]
for one in some:  # below the ports that the kernel gives to outgoing connections
    while one.getsockname()[1] == 0:
        try:
            one.bind(("127.0.0.1", random.randrange(15000, 32000)))
        except OSError:
            pass
print(*(one.getsockname()[1] for one in some))')
    cairn "$1" init --country "$1" --node "$2" --network test-demo \
        --listen "127.0.0.1:${ports% *}" --http "127.0.0.1:${ports#* }" >"$place/$1.init"
    echo "${ports#* }" >"$place/$1.http"
    start "$1"
    cairn "$1" document --json | get 'd["fingerprint"]' >"$place/$1.words"
    cairn "$1" document >"$place/$1.note" 2>/dev/null
    say "$1 runs; its fingerprint: $(cat "$place/$1.words")"
}

meet() { # two countries take each other's document; the words come from the other's own node
    cairn "$1" partner add "$place/$2.note" --fingerprint "$(cat "$place/$2.words")" >/dev/null
    cairn "$2" partner add "$place/$1.note" --fingerprint "$(cat "$place/$1.words")" >/dev/null
}

is_linked() {
    test up = "$(cairn "$1" status --json | get "next(p['link'] for p in d['partners'] if p['country'] == '$2')")"
}

journal() { cairn "$1" status --json | get 'd["journal"]["size"]'; }
held() { # how much of the second one's journal the first one holds
    cairn "$1" status --json | get "next(p['journal_size'] for p in d['partners'] if p['country'] == '$2')"
}
holds_all() { test "$(held "$1" "$2")" = "$(journal "$2")"; }

kill_once_shown() { # kill -9 the node as soon as it shows so many alerts
    python3 - "$place/$1/cairn.sock" "$(cat "$place/$1.pid")" "$2" "$place/$1.watched" <<'WATCH'
import http.client, json, os, signal, socket, sys, time

def count():
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(sys.argv[1])
        link.sendall(b"GET /v1/alerts?limit=1000 HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n")
        reply = http.client.HTTPResponse(link)
        reply.begin()
        return len(json.loads(reply.read())["alerts"])

wanted = count() + int(sys.argv[3])
open(sys.argv[4], "w").write("watched")
end = time.monotonic() + 60
while count() < wanted and time.monotonic() < end:
    time.sleep(0.002)
os.kill(int(sys.argv[2]), signal.SIGKILL)
WATCH
}

batches() { # ids of the lists that the node shows
    cairn "$1" alert list --limit 1000 --json | get '"\n".join(a["id"] for a in d if a["category"] == "DOC")'
}
rows() { # rows in those lists of AUT, as this node shows them
    while read -r list; do cairn "$1" alert show "$list" --json; done <"$place/lists" |
        awk '/"row_count":/ { sum += $2 } END { print sum + 0 }'
}
has_all_rows() {
    batches AUT >"$place/lists"
    has_rows AUT 100000
}
has_rows() { test "$(rows "$1")" = "$2"; }
has_lists() { test "$(batches "$1" | wc -l)" -ge "$2"; }

verdict() { # of a look-up at a booth: verdict CCC WORDS...
    booth "$@" --json | get 'd["verdict"]'
}
is_verdict() {
    wanted=$1
    shift
    got=$(verdict "$@")
    [ "$got" = "$wanted" ] || { echo "$*: $got, not $wanted"; return 1; }
}

specimen() { # lines of a zone that ICAO printed
    python3 -c 'import json, sys
print(*next(case["lines"] for case in map(json.loads, sys.stdin) if case["id"] == sys.argv[1]), sep="\n")' \
        "$1" <tests/data/mrz/cases.jsonl
}

# ---------------------------------------------------------------------------------------------
step 'Install what the build needs, and build'
sh docker/install.sh build
[ -f "$build/build.ninja" ] || meson setup "$build" >"$build.log" 2>&1 || {
    tail -n 30 "$build.log"
    wrong 'meson setup failed'
}
ninja -C "$build" node/cairn node/cairnd node/cairn-verify >"$build.log" 2>&1 || {
    tail -n 40 "$build.log"
    wrong 'the build failed'
}
started=$(date +%s)
place=$(mktemp -d "${TMPDIR:-/tmp}/cairn-demo-XXXXXX")
say "built: $build/node/cairn, cairnd, cairn-verify"

step 'Three countries make their keys and start their nodes: separate processes, no hub'
make AUT vienna-1
make SRB belgrade-1
make GEO tbilisi-1

step 'They exchange signed documents; the fingerprints are compared, or nothing is trusted'
if cairn AUT partner add "$place/SRB.note" --fingerprint "$(cat "$place/GEO.words")" >/dev/null 2>&1; then
    wrong 'AUT took a document under the wrong words'
fi
say 'with the wrong words AUT refuses the document of SRB'
meet AUT SRB
meet AUT GEO
meet SRB GEO
for pair in 'AUT SRB' 'AUT GEO' 'SRB GEO' 'SRB AUT' 'GEO AUT' 'GEO SRB'; do
    until_true 30 "the link $pair" is_linked $pair
done
say 'with the right ones all three are linked'

step 'AUT applies its policy: who gets what'
cat >"$place/policy.yaml" <<'POLICY'
policy: 1
audiences: {all: partners}
release:
  - {kinds: [alert.batch], to: all}
  - {kinds: [alert.*], categories: [WARN, DOC], to: all}
  - {kinds: [alert.*], categories: [CHK], to: all, never: [nationality]}
  - {kinds: [case.*], to: parties}
accept: {default: {kinds: [alert.*, case.*]}}
roles: {booth: [screen], bureau: [screen, alert.*, case.*], auditor: [audit.*], admin: [partner.*, policy.*]}
POLICY
cairn AUT policy check "$place/policy.yaml" >/dev/null
for country in AUT SRB GEO; do cairn $country policy apply "$place/policy.yaml" >/dev/null; done
say 'lists and warnings go to all; discreet checks never to the country of a nationality'

step 'AUT imports 100,000 stolen documents, and its node is killed with -9 in the middle'
python3 tests/data/make_documents.py --rows 100000 --seed demo >"$place/documents.csv"
kill_once_shown AUT 4 &
killer=$!
until_true 20 'somebody watches the lists' test -s "$place/AUT.watched"
if officer AUT import "$place/documents.csv" --as documents-csv >"$place/import.log" 2>&1; then
    wrong 'the import ended well, though its node was killed: too fast to be cut off'
fi
wait $killer || wrong 'the node was not killed'
start AUT
until_true 60 'AUT shows what it took before' has_lists AUT 4
batches AUT >"$place/lists"
say "killed and started again: $(rows AUT) rows are there"

step 'The same command goes on where it was: every row once, here and in SRB and GEO'
officer AUT import "$place/documents.csv" --as documents-csv >"$place/import.log" 2>&1 || {
    tail -n 5 "$place/import.log"
    wrong 'the import failed'
}
until_true 60 'AUT has 100,000 rows' has_all_rows # an import does not wait for the views
for country in AUT SRB GEO; do
    until_true 60 "$country has 100,000 rows" has_rows $country 100000
    say "$country: $(rows $country) rows"
done
row=$(sed -n 77777p "$place/documents.csv")
document=$(echo "$row" | cut -d, -f3)
for country in SRB GEO; do
    is_verdict hit $country screen --document "$document" --issuer AUT >&2 || wrong "no hit in $country"
    say "$country finds document $document of row 77,776: hit"
done

step 'AUT imports a real watch list; its names are found in SRB and GEO'
python3 tests/data/make_watchlist.py >"$place/watchlist.jsonl"
count=$(wc -l <"$place/watchlist.jsonl")
officer AUT import "$place/watchlist.jsonl" --as alerts-jsonl >"$place/import.log" 2>&1 || {
    tail -n 5 "$place/import.log"
    wrong 'the import failed'
}
grep -q "^$count rows accepted, 0 refused" "$place/import.log" || wrong "not all of the $count were taken"
say "AUT: $count alerts"
python3 -c 'import json, sys
alerts = [a for a in map(json.loads, sys.stdin) if "births" in a and "X" not in a["births"][0]]
for alert in alerts[::len(alerts) // 8]:
    print(alert["births"][0], alert["names"][0]["full"])' <"$place/watchlist.jsonl" >"$place/names"
for country in SRB GEO; do
    while read -r born name; do
        until_true 60 "$country finds $name" is_verdict hit $country screen --name "$name" --born "$born"
    done <"$place/names"
    say "$country: $(wc -l <"$place/names") names from all over the list are hits"
done
read -r born name <"$place/names"

step 'A booth in GEO reads the zones of ICAO specimens'
cat >"$place/specimen.json" <<ALERT
{"category": "WARN", "action": "INFORM_ONLY", "reason": "document_fraud", "authority": "AUT-BK",
 "from": "$(date -u +%FT00:00:00.000Z)", "expires": "$(date -u -d '+150 days' +%FT00:00:00.000Z)",
 "review": "$(date -u -d '+60 days' +%F)", "contact": "sirene@aut.example",
 "handling": {"code": "H0", "source": "A", "information": 1, "onward": "none"},
 "names": [{"kind": "main", "surname": "Eriksson", "given": "Anna Maria", "quality": 1}],
 "births": ["1974-08-12"], "documents": [{"kind": "P", "issuer": "UTO", "number": "L898902C3"}]}
ALERT
id=$(officer AUT alert issue "$place/specimen.json" --json | get 'd["id"]')
until_true 20 'GEO shows the alert on the specimen' cairn GEO alert show "$id"
specimen mrz-d-0001 >"$place/hit.mrz"
specimen mrz-d-0004 >"$place/other.mrz"
sed '2s/......$//' "$place/hit.mrz" >"$place/damaged.mrz"
is_verdict hit GEO screen --mrz "$place/hit.mrz" >&2 || wrong 'the specimen that AUT warns of is no hit'
is_verdict no_hit GEO screen --mrz "$place/other.mrz" >&2 || wrong 'another specimen is a hit'
is_verdict unreadable GEO screen --mrz "$place/damaged.mrz" >&2 || wrong 'a damaged zone was read'
say "$(head -n 1 "$place/hit.mrz")  hit"
say "$(tail -n 1 "$place/other.mrz")                hit? no hit" | sed 's/hit? //'
say 'the first one, six characters of it gone         unreadable, which is no no-hit'

step 'AUT has a Georgian checked discreetly: SRB sees it, GEO holds the commit, not the content'
cat >"$place/check.json" <<ALERT
{"category": "CHK", "action": "DISCREET", "reason": "serious_crime", "authority": "AUT-BK",
 "from": "$(date -u +%FT00:00:00.000Z)", "expires": "$(date -u -d '+150 days' +%FT00:00:00.000Z)",
 "review": "$(date -u -d '+60 days' +%F)", "contact": "sirene@aut.example",
 "handling": {"code": "H1", "source": "A", "information": 2, "onward": "none"},
 "decision": {"reference": "7 St 12/26", "date": "$(date -u -d '-3 days' +%F)", "authority": "LG Wien"},
 "check": {"immediate": true, "seek": ["place_and_time"]}, "nationalities": ["GEO"],
 "names": [{"kind": "main", "surname": "Maisuradze", "given": "Tornike", "quality": 1}],
 "births": ["1981-05-17"]}
ALERT
id=$(officer AUT alert issue "$place/check.json" --json | get 'd["id"]')
until_true 20 'SRB shows the check' cairn SRB alert show "$id"
until_true 20 "GEO holds all of AUT's journal" holds_all GEO AUT
if cairn GEO alert show "$id" --json >"$place/last" 2>&-; then wrong 'GEO shows the check'; fi
[ "$(get 'd["code"]' <"$place/last")" = 310 ] || wrong 'GEO has another answer than: no such object'
grep -rqa Maisuradze "$place/SRB" || wrong 'the search does not find what is there'
if grep -rla Maisuradze "$place/GEO"; then wrong 'the name is in a file of GEO'; fi
say "GEO holds AUT's journal up to size $(held GEO AUT), says 'no such object',"
say 'and the name is in no file of GEO (in SRB the same search finds it)'

step 'AUT asks SRB to take a national back; SRB acknowledges and accepts'
cat >"$place/request.json" <<REQUEST
{"reference": "BFA/2026/4711", "requesting": "AUT", "requested": "SRB", "basis": "own_national",
 "procedure": "normal", "mode": "forced", "risk": "none",
 "decision": {"final": true, "date": "$(date -u -d '-10 days' +%F)"},
 "persons": [{"role": "principal", "surname": "Petrović", "given": "Marko", "birth": "1988-02-17",
              "sex": "M", "nationalities": ["SRB"]}],
 "documents": [{"kind": "P", "issuer": "SRB", "number": "008654321", "person": 0}],
 "interview": true, "contact": "rueckkehr@aut.example"}
REQUEST
case=$(officer AUT case request "$place/request.json" \
    --agreement tests/data/agreements/eura-srb-aut.yaml --json | get 'd["id"]')
until_true 20 'SRB shows the request' cairn SRB case show "$case"
officer SRB case ack "$case" >/dev/null
officer SRB case accept "$case" >/dev/null
is_accepted() { cairn "$1" case show "$case" --json | tee "$place/$1.case" | get 'd["status"]' | grep -qx accepted; }
for country in AUT SRB; do until_true 20 "$country shows it accepted" is_accepted $country; done
cmp -s "$place/AUT.case" "$place/SRB.case" || {
    diff "$place/AUT.case" "$place/SRB.case" || true
    wrong 'the two sides do not show the same case'
}
if cairn GEO case show "$case" >/dev/null 2>&1; then wrong 'GEO shows the case'; fi
say "both sides show the same case $case: accepted; GEO knows of none"

step 'POL joins late: it catches up with everything that is for it'
make POL warsaw-1
for country in AUT SRB GEO; do meet POL $country; done
until_true 60 'POL has 100,000 rows' has_rows POL 100000
until_true 60 'POL finds a name of the list' is_verdict hit POL screen --name "$name" --born "$born"
is_verdict hit POL screen --document "$document" --issuer AUT >&2 || wrong 'no hit in POL'
cairn POL alert show "$id" >/dev/null || wrong 'POL does not show the check on the Georgian'
if cairn POL case show "$case" >/dev/null 2>&1; then wrong 'POL shows the case of AUT and SRB'; fi
say "POL: $(rows POL) rows, the names, the check; and not the case between AUT and SRB"

step 'An auditor verifies the history offline; one changed byte is refused, with its place'
cairn AUT audit export --all --out "$place/aut.bundle" >/dev/null
trust() { for country in AUT SRB GEO POL; do echo --trust "$(cat "$place/$country.words")"; done; }
"$build/node/cairn-verify" "$place/aut.bundle" $(trust) >"$place/verified" 2>&1 || {
    tail -n 5 "$place/verified"
    wrong 'a good bundle is refused'
}
if grep -q 'not compared' "$place/verified"; then wrong 'a fingerprint was not compared'; fi
say "$(tail -n 1 "$place/verified" | sed "s|$place/||")"
python3 - "$place/aut.bundle" "$place/altered.bundle" <<'CHANGE'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) * 2 // 3] ^= 1
open(sys.argv[2], "wb").write(data)
CHANGE
code=0
"$build/node/cairn-verify" "$place/altered.bundle" $(trust) >"$place/verified" 2>&1 || code=$?
[ $code -eq 1 ] || wrong "an altered bundle gives exit code $code, not 1"
grep -q 'record [0-9]*, byte [0-9]*' "$place/verified" || wrong 'the place is not named'
say "$(tail -n 1 "$place/verified" | sed "s|$place/||")"

echo
echo "All $number steps are as they should be ($(($(date +%s) - started)) s after the build)."
if [ -n "$keep" ]; then
    echo
    echo 'The network stays up:'
    for country in AUT SRB GEO POL; do
        echo "  $country  https://127.0.0.1:$(cat "$place/$country.http")  CAIRN_DIR=$place/$country  pid $(cat "$place/$country.pid")"
    done
    token=$(cairn GEO token create --role booth --actor B-17 --json | get 'd["token"]')
    echo "A token of a booth in GEO: $token"
    echo "  curl -k -H 'Authorization: Bearer $token' -H 'Content-Type: application/json' \\"
    echo "    -d '{\"purpose\": \"border.check\", \"document\": {\"issuer\": \"AUT\", \"number\": \"$document\"}}' \\"
    echo "    https://127.0.0.1:$(cat "$place/GEO.http")/v1/screen"
    echo "To end it: kill$(for country in AUT SRB GEO POL; do printf ' %s' "$(cat "$place/$country.pid")"; done) && rm -r $place"
fi
