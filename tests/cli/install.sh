#!/bin/sh
# make install, uninstall, dist and deb, and the commit in --version.
. "$ROOT/tests/cli/harness.sh"

# shellcheck disable=SC2153 # run.sh sets ROOT
build=${SGNS%/*}
unset MAKEFLAGS MFLAGS MAKELEVEL
# -o: the program that is tested is not built again.
make_it() { run 0 "${MAKE:-make}" -C "$ROOT" -s -o "$SGNS" BUILD="$build" "$@"; }
files="bin/sgns share/bash-completion/completions/sgns share/fish/vendor_completions.d/sgns.fish share/man/man1/sgns.1
share/zsh/site-functions/_sgns"
rm -rf "$build/help"

# --- install and uninstall ---

target="$TMPDIR/a folder"
check "make install below DESTDIR" make_it install DESTDIR="$target" PREFIX=/opt/sgns
installed() { (cd "$target/opt/sgns" && find . -type f | sort | sed 's,^\./,,' | paste -sd' ' -) >"$out" && [ "$(cat "$out")" = "$(echo "$files" | paste -sd' ' -)" ]; }
check "the files" installed
check "the program" cmp "$SGNS" "$target/opt/sgns/bin/sgns"
same_help() { "$SGNS" help --generate "$1" | cmp - "$target/opt/sgns/share/$2"; }
check "the manual page" same_help man man/man1/sgns.1
check "completion for bash" same_help bash bash-completion/completions/sgns
check "completion for zsh" same_help zsh zsh/site-functions/_sgns
check "completion for fish" same_help fish fish/vendor_completions.d/sgns.fish
modes() {
    [ "$(find "$target" -type f -perm 755)" = "$target/opt/sgns/bin/sgns" ] && [ "$(find "$target" -type f -perm 644 | wc -l)" -eq 4 ]
}
check "anyone may read them, and run the program" modes
: >"$target/opt/sgns/bin/other"
check "make uninstall" make_it uninstall DESTDIR="$target" PREFIX=/opt/sgns
left() { [ "$(find "$target" -type f)" = "$target/opt/sgns/bin/other" ]; }
check "all is gone but what is not ours" left

# --- the sources ---

if [ -e "$ROOT/.git" ] && git -C "$ROOT" rev-parse HEAD >/dev/null 2>&1; then
    pack() {
        run 0 "${MAKE:-make}" -C "$ROOT" -s dist BUILD="$TMPDIR/$1"
    }
    check "make dist" pack first
    elsewhere() { (umask 077 && TZ=Asia/Tokyo pack second); }
    check "make dist by someone else" elsewhere
    archive=$(cd "$TMPDIR/first" && echo sgns-*.tar.gz)
    check "the same bytes" cmp "$TMPDIR/first/$archive" "$TMPDIR/second/$archive"
    check "gzip notes no time" [ "$(od -An -tu4 -j 4 -N 4 "$TMPDIR/first/$archive" | tr -d ' ')" = 0 ]
    sources=${archive%.tar.gz}
    unpack() { (cd "$TMPDIR" && gzip -dc "first/$archive" | tar -xf -); }
    check "it unpacks" unpack
    tracked() {
        git -C "$ROOT" ls-tree -r --name-only HEAD | sort >"$TMPDIR/tracked"
        (cd "$TMPDIR/$sources" && find . -type f | sed 's,^\./,,' | sort) | cmp - "$TMPDIR/tracked"
    }
    check "all tracked files, and no others" tracked
    # The tarball has no repository, so there is no commit to name; one around it is not asked.
    no_commit() {
        git -C "$TMPDIR" init -q && run 0 "${MAKE:-make}" -C "$TMPDIR/$sources" -s "$TMPDIR/build/commit" BUILD="$TMPDIR/build" &&
            [ -z "$(cat "$TMPDIR/build/commit")" ]
    }
    if [ -f "$TMPDIR/$sources/src/cli/version.c" ]; then
        check "a tarball knows no commit" no_commit
        no_dist() { run 2 "${MAKE:-make}" -C "$TMPDIR/$sources" -s dist && grep -q 'this is no git repository$' "$err"; }
        check "make dist needs a repository" no_dist
    fi
    # commit: the file that the version is built with, touched only when the commit changes.
    commit() {
        run 0 "${MAKE:-make}" -C "$ROOT" -s "$TMPDIR/kept/commit" BUILD="$TMPDIR/kept" COMMIT=abc && [ "$(cat "$TMPDIR/kept/commit")" = abc ] &&
            touch -t 200101010000 "$TMPDIR/kept/commit" &&
            run 0 "${MAKE:-make}" -C "$ROOT" -s "$TMPDIR/kept/commit" BUILD="$TMPDIR/kept" COMMIT=abc &&
            [ -z "$(find "$TMPDIR/kept/commit" -newer "$TMPDIR/first")" ] &&
            run 0 "${MAKE:-make}" -C "$ROOT" -s "$TMPDIR/kept/commit" BUILD="$TMPDIR/kept" COMMIT=def && [ "$(cat "$TMPDIR/kept/commit")" = def ]
    }
    check "the same commit builds nothing again" commit
else
    check "skipped outside of a git repository: make dist" true
fi

# --- the Debian package ---

if command -v dpkg-deb >/dev/null 2>&1 && command -v objdump >/dev/null 2>&1; then
    # Without compression, which takes most of the time.
    package() { DPKG_DEB_COMPRESSOR_TYPE=none run 0 sh "$ROOT/scripts/deb.sh" "$build" && mv "$build"/sgns_*.deb "$TMPDIR/$1.deb"; }
    check "a Debian package" package first
    check "and once more" package second
    check "the same bytes again" cmp "$TMPDIR/first.deb" "$TMPDIR/second.deb"
    field() { [ "$(dpkg-deb -f "$TMPDIR/first.deb" "$1")" = "$2" ]; }
    check "its name" field Package sgns
    check "its version" field Version "$(sed -n 's/^#define SGNS_VERSION "\(.*\)"$/\1/p' "$ROOT/src/cli/version.h")"
    check "its architecture" field Architecture "$(dpkg --print-architecture)"
    admin=$TMPDIR/system/var/lib/dpkg
    mkdir -p "$admin/info" "$admin/updates" "$admin/triggers" && : >"$admin/status"
    # dpkg needs no root here, but to own files as root does.
    dpkg_there() { run 0 dpkg --root="$TMPDIR/system" --force-depends --force-script-chrootless "$@"; }
    if [ "$(id -u)" -eq 0 ]; then
        check "dpkg installs it" dpkg_there -i "$TMPDIR/first.deb"
        whole() { dpkg_there --verify sgns && [ ! -s "$out" ]; }
        check "dpkg finds it whole" whole
        check "it is installed" run 0 "$TMPDIR/system/usr/bin/sgns" --version
        page() { gzip -dc "$TMPDIR/system/usr/share/man/man1/sgns.1.gz" | cmp - "$build/help/man"; }
        check "with its manual page" page
        check "and its completion for zsh" cmp "$build/help/zsh" "$TMPDIR/system/usr/share/zsh/vendor-completions/_sgns"
        check "dpkg removes it" dpkg_there -r sgns
        gone() { [ -z "$(find "$TMPDIR/system" -path '*/usr/*' -type f)" ]; }
        check "nothing of it is left" gone
    else
        check "it unpacks as a package" run 0 dpkg-deb -x "$TMPDIR/first.deb" "$TMPDIR/system"
        check "it runs when unpacked" run 0 "$TMPDIR/system/usr/bin/sgns" --version
    fi
else
    check "skipped without dpkg-deb and objdump: a Debian package" true
fi
finish
