#!/bin/sh
# Makes a Debian package of the program that is in a build folder: scripts/deb.sh BUILD_FOLDER, best by `make deb`.
# The package is BUILD_FOLDER/sgns_VERSION_ARCHITECTURE.deb. The same program gives the same package.
# MAINTAINER="Name <address>" says who answers for it.
set -eu
case $1 in
/*) build=$1 ;;
*) build=$PWD/$1 ;;
esac
cd "$(dirname "$0")/.."
export LC_ALL=C

for tool in dpkg dpkg-deb objdump strip gzip; do
    command -v "$tool" >/dev/null || { echo "deb: $tool is not installed" >&2; exit 3; }
done
constant() { sed -n "s/^#define $1 \"\([^\"]*\)\".*/\1/p" src/cli/version.h; }
version=$(constant SGNS_VERSION)
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -u -d "$(constant SGNS_DATE)" +%s)}
export SOURCE_DATE_EPOCH

tree=$build/deb
rm -rf "$tree"
# -o: the program is packed as it is, and not built.
${MAKE:-make} -s -o "$build/sgns" install BUILD="$build" DESTDIR="$tree" PREFIX=/usr \
    ZSH_COMPLETIONS=/usr/share/zsh/vendor-completions
strip "$tree/usr/bin/sgns"
gzip -9n "$tree/usr/share/man/man1/sgns.1"
install -D -m 644 LICENSE "$tree/usr/share/doc/sgns/copyright"

# The newest version of libc's functions that the program calls; none if it is static.
libc=$(objdump -T "$tree/usr/bin/sgns" 2>/dev/null | sed -n 's/.*(GLIBC_\([0-9.]*\)).*/\1/p' | sort -V | tail -n 1)
mkdir "$tree/DEBIAN"
{
    echo "Package: sgns"
    echo "Version: $version"
    echo "Architecture: $architecture"
    echo "Maintainer: ${MAINTAINER:-sgns maintainers <root@localhost>}"
    echo "Installed-Size: $(du -sk "$tree/usr" | cut -f 1)"
    [ -z "$libc" ] || echo "Depends: libc6 (>= $libc)"
    echo "Section: science"
    echo "Priority: optional"
    echo "Description: train word vectors from text and ask questions about them"
    echo " sgns reads raw text, learns a vector for every word, and answers questions"
    echo " about the words: which are close, what completes an analogy, which line of a"
    echo " file is nearest to a query. It trains skip-gram vectors with negative"
    echo " sampling, as word2vec does, or with another contrastive loss, on all cores."
} >"$tree/DEBIAN/control"
(cd "$tree" && find usr -type f | sort | xargs md5sum) >"$tree/DEBIAN/md5sums"
find "$tree" -type d -exec chmod 755 {} +
package=$build/sgns_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$tree" "$package"
rm -rf "$tree"
