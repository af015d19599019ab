#!/bin/sh
# Installs the Debian packages of the named parts of packages.txt: sh docker/install.sh build test
# Does nothing, and asks no network, where all of them are there already.
set -eu

list=$(dirname "$0")/packages.txt
[ $# -gt 0 ] || {
    echo "usage: sh docker/install.sh PART...   parts:" $(sed -n 's/^# //p' "$list") >&2
    exit 2
}

missing=
for part; do
    grep -qx "# $part" "$list" || {
        echo "docker/install.sh: packages.txt has no part '$part'" >&2
        exit 2
    }
    for package in $(sed -n "/^# $part\$/,/^\$/{/^#/d;/^\$/d;p}" "$list"); do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "docker/install.sh: as root, run: apt-get install --no-install-recommends$missing" >&2
        exit 1
    }
    as_root=sudo
fi

echo "installing:$missing"
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 "$@" </dev/null
}
apt update && apt install --no-install-recommends $missing || {
    echo "docker/install.sh: apt could not install:$missing" >&2
    exit 1
}
