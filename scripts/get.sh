# shellcheck shell=sh
# Downloads for the get-*.sh scripts, which source this file. A file is kept only if its checksum is right.

# get URL FILE SUM: downloads FILE completely or not at all. SUM is its SHA-256 (64 digits) or MD5 checksum (32).
get() {
    url=$1 file=$2 sum=$3
    if [ -e "$file" ]; then
        echo "$file: already there"
        return
    fi
    echo "downloading $file from $url"
    mkdir -p "$(dirname "$file")"
    part=$file.part
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL -o "$part" "$url" || give_up "$url: download failed"
    elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$part" "$url" || give_up "$url: download failed"
    else
        give_up "neither curl nor wget is installed; install one, or download $url yourself"
    fi
    found=$(sum_of "$part" "${#sum}")
    [ "$found" = "$sum" ] || give_up "$url: its checksum is $found, not $sum, so it is not the expected file"
    mv "$part" "$file"
}

# sum_of FILE DIGITS: prints the checksum of that many digits.
sum_of() {
    if [ "$2" -eq 64 ]; then
        programs='sha256sum shasum_-a_256 sha256_-q'
    else
        programs='md5sum md5_-q'
    fi
    for program in $programs; do
        if command -v "${program%%_*}" >/dev/null 2>&1; then
            # shellcheck disable=SC2046 # a program and its options
            $(echo "$program" | tr _ ' ') "$1" | cut -d ' ' -f 1
            return
        fi
    done
    echo "unknown, as no program for it is installed,"
}

give_up() {
    rm -f "$part"
    echo "${0##*/}: $1" >&2
    exit 3
}
