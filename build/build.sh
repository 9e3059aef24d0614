# Sourced by ./rating and ./test, with `root` set. Says what is missing on this machine, and lets one build run at a time.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

rating_dll="$root/src/Rating.Server/bin/Release/net10.0/rating.dll"
rating_stamp="$root/artifacts/build/rating.stamp"

# The dotnet to use: the one on the PATH, else where Microsoft's install script puts it.
find_dotnet() {
  dotnet=$(command -v dotnet || true)
  if [ -z "$dotnet" ]; then
    local guess
    for guess in "${DOTNET_ROOT:-}/dotnet" "$HOME/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
      if [ -x "$guess" ]; then dotnet=$guess; break; fi
    done
  fi
  if [ -z "$dotnet" ]; then
    say_what_to_install "dotnet is not installed."
    return 1
  fi
}

# global.json names the oldest SDK that will do; dotnet itself decides.
check_sdk() {
  local said
  if said=$(cd "$root" && "$dotnet" --version 2>&1); then return; fi
  case $said in
    *"SDK was not found"*) said="has only these SDKs:
$("$dotnet" --list-sdks)" ;;
  esac
  say_what_to_install "$dotnet $said"
  return 1
}

say_what_to_install() {
  local wanted
  wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json" | head -n 1)
  printf '%s\nInstall the .NET SDK %s or a later one of the same major version: https://dotnet.microsoft.com/download\n' "$1" "$wanted" >&2
}

# Tests start a PostgreSQL of their own from Debian's package. Without it they are skipped, and say so.
install_postgres() {
  if [ -n "${RATING_POSTGRES_BIN:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then return; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "PostgreSQL is not installed: its tests will be skipped. Debian, Ubuntu: apt-get install postgresql. Elsewhere: https://www.postgresql.org/download/ and RATING_POSTGRES_BIN=its bin folder." >&2
    return
  fi
  echo "Installing PostgreSQL, for its tests ..."
  # Its programs only, no server that starts with the machine.
  if ! { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y postgresql-common \
      && sed -i 's/^#\? *create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
      && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y postgresql; } >/dev/null; then
    echo "PostgreSQL could not be installed; its tests will be skipped." >&2
  fi
}

# Everything that the program is built from, with sizes and times: also notices a file that was removed or put back.
fingerprint() {
  ( cd "$root" && find src build Directory.*.* global.json .editorconfig \
      \( -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null | LC_ALL=C sort | cksum )
}

is_fresh() {
  [ -f "$rating_dll" ] && [ -f "$rating_stamp" ] && [ "$(cat "$rating_stamp")" = "$(fingerprint)" ]
}

# Runs "$@" while holding the build lock. The build may leave servers behind: they must not inherit the lock (9>&-).
locked() {
  mkdir -p "$root/artifacts/build"
  if ! command -v flock >/dev/null; then "$@"; return; fi
  (
    if ! flock -n 9; then
      echo "Waiting for another build to end ..." >&2
      flock 9
    fi
    "$@" 9>&-
  ) 9>"$root/artifacts/build/lock"
}
