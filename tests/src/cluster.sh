#!/bin/sh
# A PostgreSQL cluster of its own in a temporary folder, for as long as standard input stays open: however the
# test process ends, its end of the pipe closes and the cluster goes. Commands come as lines (`create NAME`,
# `restart`) and each is answered by one line. PostgreSQL refuses to run as root, so root lends it another user.
set -eu
port=$1
bin=
for folder in /usr/lib/postgresql/*/bin; do [ -x "$folder/postgres" ] && bin=$folder/; done
[ -n "$bin" ] || command -v initdb >/dev/null || { echo 'no PostgreSQL here: run tests/run once'; exit 1; }

home=$(mktemp -d)
user=postgres
id -u postgres >/dev/null 2>&1 || user=nobody
[ "$(id -u)" != 0 ] || chown "$user" "$home"
as() { if [ "$(id -u)" = 0 ]; then (cd "$home" && runuser -u "$user" -- "$@"); else (cd "$home" && "$@"); fi; }
options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400 -c synchronous_commit=on"

trap : INT TERM HUP
as "${bin}initdb" -D "$home/data" -U postgres --auth=trust --no-locale -E UTF8 >"$home/initdb.log" 2>&1 || { tail -n 3 "$home/initdb.log"; exit 1; }
start() { as "${bin}pg_ctl" -D "$home/data" -s -w -l "$home/data/log" -o "$options" start </dev/null >/dev/null 2>&1; }
start || { echo "PostgreSQL did not start: $(tail -n 2 "$home/data/log")"; exit 1; }
echo ready
while read -r command name; do
  case $command in
    create) as "${bin}createdb" -h 127.0.0.1 -p "$port" -U postgres "$name" </dev/null && echo created || echo failed ;;
    restart) as "${bin}pg_ctl" -D "$home/data" -s -w -m immediate stop </dev/null >/dev/null 2>&1 && start && echo restarted || echo failed ;;
  esac
done || :
as "${bin}pg_ctl" -D "$home/data" -s -w -m immediate stop </dev/null >/dev/null 2>&1 || :
rm -rf "$home"
