# Shared by ./quickstart and ./check: sourced, never run.
# Each step says what it does, costs nothing when it is already done, and stops the script where it fails.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jobs=$(nproc)

step() { printf '\n==> %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The command prefix that makes us root: nothing, or sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "packages are missing and this is neither root nor a machine with sudo; ask for: $*"
  fi
}

install_packages() {
  command -v apt-get >/dev/null || fail "this script knows Debian's apt-get alone; docs/install.md lists what to install by hand"
  local wanted missing
  mapfile -t wanted < <(sed 's/#.*//' "$root/tools/install/packages.txt" | tr -d ' \t' | grep .)
  mapfile -t missing < <(
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
             <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sort -u))
  if [ "${#missing[@]}" = 0 ]; then
    step "packages: all ${#wanted[@]} are there"
    return
  fi
  step "packages: installing ${#missing[@]} of ${#wanted[@]}: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/tmp/vitrion-apt.$$ 2>&1 ||
    { tail -n 30 "/tmp/vitrion-apt.$$" >&2; rm -f "/tmp/vitrion-apt.$$"; fail "apt-get could not install the packages"; }
  rm -f "/tmp/vitrion-apt.$$"
}

# The venv with dftd3 for GPAW + D3(0) labels.
install_label_venv() {
  step "python: the label venv (.venv/label)"
  bash "$root/tools/install/label_venv.sh"
}

# build PRESET [cmake options...]
# A build from scratch compiles the files of a room together, in a third of the time; a build folder that is
# there already keeps the way in which it was made, so that work on the code compiles single files.
build() {
  local preset=$1; shift
  [ -e "$root/build/$preset/CMakeCache.txt" ] || set -- "$@" -DVITRION_TOGETHER=ON
  step "build: preset $preset, $jobs jobs (the first time takes some minutes)"
  (cd "$root" && cmake --preset "$preset" "$@" >"build/$preset.configure.log" 2>&1) ||
    { tail -n 30 "$root/build/$preset.configure.log" >&2; fail "cmake could not configure"; }
  (cd "$root" && cmake --build "build/$preset" --parallel "$jobs") || fail "the build failed"
}
