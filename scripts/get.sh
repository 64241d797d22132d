# shellcheck shell=sh
# For the get-*.sh scripts, which source it: files from the network, kept only if their sums are right.

# get URL FILE SUM: FILE appears whole and right, or not at all. SUM is of SHA-256 (64 digits) or MD5 (32).
get() {
    url=$1 file=$2 sum=$3
    if [ -e "$file" ]; then
        echo "$file: already there"
        return
    fi
    echo "$file: from $url"
    mkdir -p "$(dirname "$file")"
    part=$file.part
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL -o "$part" "$url" || give_up "$url: could not be fetched"
    elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$part" "$url" || give_up "$url: could not be fetched"
    else
        give_up "neither curl nor wget is here; install one, or fetch $url yourself"
    fi
    found=$(sum_of "$part" "${#sum}")
    [ "$found" = "$sum" ] || give_up "$url: its sum is $found and not $sum, so it is not the file that was meant"
    mv "$part" "$file"
}

# sum_of FILE DIGITS
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
    echo "unknown, for lack of a program for it,"
}

give_up() {
    rm -f "$part"
    echo "${0##*/}: $1" >&2
    exit 3
}
