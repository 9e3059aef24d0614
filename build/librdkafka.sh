#!/usr/bin/env bash
# build/librdkafka.sh: builds librdkafka once per machine, for a package feed that has Confluent.Kafka but not librdkafka.redist.
# The source is the one that the npm package below carries. The library goes to a cache outside the checkout, and its path is printed.
# RATING_LIBRDKAFKA names a library that is there already; RATING_CACHE another cache than ~/.cache/rating.
set -euo pipefail
version=2.15.1
source_package=@confluentinc/kafka-javascript@1.10.1

say() { echo "librdkafka: $*" >&2; }

if [ -n "${RATING_LIBRDKAFKA:-}" ]; then
  if [ -f "$RATING_LIBRDKAFKA" ]; then echo "$RATING_LIBRDKAFKA"; exit; fi
  say "RATING_LIBRDKAFKA names $RATING_LIBRDKAFKA, which is not there."
  exit 1
fi
cache="${RATING_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rating}/librdkafka-$version"
if [ -f "$cache/librdkafka.so" ]; then echo "$cache/librdkafka.so"; exit; fi
if [ "$(uname -s)" != Linux ]; then
  say "this script builds for Linux. Elsewhere install librdkafka $version and let RATING_LIBRDKAFKA name the library."
  exit 1
fi

missing() {
  local tool
  for tool in npm gcc g++ make perl python3 tar; do command -v "$tool" >/dev/null || echo "$tool"; done
  # TLS and SASL/SCRAM need OpenSSL's headers; the rest of librdkafka's dependencies are optional.
  echo '#include <openssl/ssl.h>' | gcc -E - >/dev/null 2>&1 || echo openssl-headers
}

lacks=$(missing | tr '\n' ' ')
if [ -n "$lacks" ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
    say "installing what is missing: $lacks"
    apt-get install -y -q --no-install-recommends npm gcc g++ make perl python3 tar libc6-dev libssl-dev zlib1g-dev >&2 || true
    lacks=$(missing | tr '\n' ' ')
  fi
  if [ -n "$lacks" ]; then
    say "missing: $lacks. Install them (Debian, Ubuntu: apt-get install npm gcc g++ make perl python3 libssl-dev zlib1g-dev; Fedora: dnf install npm gcc gcc-c++ make perl python3 openssl-devel zlib-devel)."
    exit 1
  fi
fi

mkdir -p "$cache"
if command -v flock >/dev/null; then
  exec 9>"$cache/lock"
  flock 9
  if [ -f "$cache/librdkafka.so" ]; then echo "$cache/librdkafka.so"; exit; fi
fi
work=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
say "building $version from the source in $source_package; this takes some minutes, once per machine"
{
  npm pack --silent "$source_package"
  tar xzf ./*.tgz
  cd package/deps/librdkafka
  # Whatever npm or the caller set for other builds must not leak into this one.
  env -u CFLAGS -u CXXFLAGS -u LDFLAGS bash ./configure --prefix="$cache" --disable-lz4-ext
  make -j2 -C src librdkafka.so.1
} >"$cache/build.log" 2>&1 9>&- || { say "the build failed; its last lines (all of it: $cache/build.log):"; tail -n 15 "$cache/build.log" >&2; exit 1; }
# In one step, so that a reader never sees half a library.
cp "$work/package/deps/librdkafka/src/librdkafka.so.1" "$cache/librdkafka.so.new"
mv "$cache/librdkafka.so.new" "$cache/librdkafka.so"
echo "$cache/librdkafka.so"
