#!/bin/sh
# make install, uninstall, dist and deb, and the commit in --version.
. "$ROOT/tests/cli/harness.sh"

build=${SGNS%/*}
unset MAKEFLAGS MFLAGS MAKELEVEL
# -o: the program that is tested is not built again.
make_it() { run 0 "${MAKE:-make}" -C "$ROOT" -s -o "$SGNS" BUILD="$build" "$@"; }
files="bin/sgns share/bash-completion/completions/sgns share/fish/vendor_completions.d/sgns.fish share/man/man1/sgns.1
share/zsh/site-functions/_sgns"
rm -rf "$build/help"

# --- install and uninstall ---

root="$TMPDIR/a root"
check "make install below DESTDIR" make_it install DESTDIR="$root" PREFIX=/opt/sgns
installed() { (cd "$root/opt/sgns" && find . -type f | sort | sed 's,^\./,,' | paste -sd' ' -) >"$out" && [ "$(cat "$out")" = "$(echo "$files" | paste -sd' ' -)" ]; }
check "the files" installed
check "the program" cmp "$SGNS" "$root/opt/sgns/bin/sgns"
same_help() { "$SGNS" help --generate "$1" | cmp - "$root/opt/sgns/share/$2"; }
check "the manual page" same_help man man/man1/sgns.1
check "completion for bash" same_help bash bash-completion/completions/sgns
check "completion for zsh" same_help zsh zsh/site-functions/_sgns
check "completion for fish" same_help fish fish/vendor_completions.d/sgns.fish
modes() { [ "$(cd "$root/opt/sgns" && ls -l $files | cut -c 1-10 | sort | uniq -c | awk '{ print $1 $2 }' | paste -sd' ' -)" = "4-rw-r--r-- 1-rwxr-xr-x" ]; }
check "anyone may read them, and run the program" modes
: >"$root/opt/sgns/bin/other"
check "make install again" make_it install DESTDIR="$root" PREFIX=/opt/sgns
check "make uninstall" make_it uninstall DESTDIR="$root" PREFIX=/opt/sgns
left() { [ "$(find "$root" -type f)" = "$root/opt/sgns/bin/other" ]; }
check "all is gone but what is not ours" left
check "make uninstall where nothing is" make_it uninstall DESTDIR="$root" PREFIX=/opt/sgns
check "a prefix without DESTDIR" make_it install PREFIX="$TMPDIR/local"
check "it runs there" run 0 "$TMPDIR/local/bin/sgns" --version

# --- the sources ---

if [ -e "$ROOT/.git" ] && git -C "$ROOT" rev-parse HEAD >/dev/null 2>&1; then
    pack() {
        run 0 "${MAKE:-make}" -C "$ROOT" -s dist BUILD="$TMPDIR/$1"
    }
    check "make dist" pack first
    sleep 1
    check "make dist a second later" eval 'TZ=Asia/Tokyo && export TZ && umask 077 && pack second'
    umask 022
    archive=$(cd "$TMPDIR/first" && echo sgns-*.tar.gz)
    check "the same bytes" cmp "$TMPDIR/first/$archive" "$TMPDIR/second/$archive"
    name=${archive%.tar.gz}
    check "it unpacks" eval '(cd "$TMPDIR" && gzip -dc "first/$archive" | tar -xf -)'
    tracked() {
        git -C "$ROOT" ls-tree -r --name-only HEAD | sort >"$TMPDIR/tracked"
        (cd "$TMPDIR/$name" && find . -type f | sed 's,^\./,,' | sort) | cmp - "$TMPDIR/tracked"
    }
    check "all tracked files, and no others" tracked
    # The tarball has no repository, so there is no commit to name; one around it is not asked.
    no_commit() {
        git -C "$TMPDIR" init -q && run 0 "${MAKE:-make}" -C "$TMPDIR/$name" -s "$TMPDIR/build/commit" BUILD="$TMPDIR/build" &&
            [ -z "$(cat "$TMPDIR/build/commit")" ]
    }
    if [ -f "$TMPDIR/$name/src/cli/version.c" ]; then
        check "a tarball knows no commit" no_commit
        fails "make dist needs a repository" 2 'no git repository' "${MAKE:-make}" --no-print-directory -C "$TMPDIR/$name" -s dist
    fi
    # commit: the file that the version is built with, touched only when the commit changes.
    commit() {
        run 0 "${MAKE:-make}" -C "$ROOT" -s "$TMPDIR/kept/commit" BUILD="$TMPDIR/kept" COMMIT=abc && [ "$(cat "$TMPDIR/kept/commit")" = abc ] &&
            touch -d 2001-01-01 "$TMPDIR/kept/commit" &&
            run 0 "${MAKE:-make}" -C "$ROOT" -s "$TMPDIR/kept/commit" BUILD="$TMPDIR/kept" COMMIT=abc &&
            [ ! "$TMPDIR/kept/commit" -nt "$TMPDIR/first" ] &&
            run 0 "${MAKE:-make}" -C "$ROOT" -s "$TMPDIR/kept/commit" BUILD="$TMPDIR/kept" COMMIT=def && [ "$(cat "$TMPDIR/kept/commit")" = def ]
    }
    check "the same commit builds nothing again" commit
else
    check "skipped outside of a git repository: make dist" true
fi

# --- the Debian package ---

if command -v dpkg-deb >/dev/null 2>&1 && command -v objdump >/dev/null 2>&1; then
    package() { run 0 sh "$ROOT/scripts/deb.sh" "$build" && mv "$build"/sgns_*.deb "$TMPDIR/$1.deb"; }
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
        check "dpkg finds it whole" eval 'dpkg_there --verify sgns && [ ! -s "$out" ]'
        check "it is installed" run 0 "$TMPDIR/system/usr/bin/sgns" --version
        page() { gzip -dc "$TMPDIR/system/usr/share/man/man1/sgns.1.gz" | cmp - "$build/help/man"; }
        check "with its manual page" page
        check "and its completion for zsh" cmp "$build/help/zsh" "$TMPDIR/system/usr/share/zsh/vendor-completions/_sgns"
        check "dpkg removes it" dpkg_there -r sgns
        check "nothing of it is left" eval '[ -z "$(find "$TMPDIR/system/usr" -type f 2>/dev/null)" ]'
    else
        check "it unpacks as a package" run 0 dpkg-deb -x "$TMPDIR/first.deb" "$TMPDIR/system"
        check "it runs when unpacked" run 0 "$TMPDIR/system/usr/bin/sgns" --version
    fi
else
    check "skipped without dpkg-deb and objdump: a Debian package" true
fi
finish
