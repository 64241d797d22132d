# Reads EastAsianWidth.txt and UnicodeData.txt, prints src/cli/width_table.h: see width-table.sh.
BEGIN {
    digits = "0123456789ABCDEF"
    last_code = 1114111 # U+10FFFF
}
function hex(text,   i, value) {
    value = 0
    for (i = 1; i <= length(text); i++)
        value = value * 16 + index(digits, substr(text, i, 1)) - 1
    return value
}
FNR == 1 { files++ }
files == 1 && FNR == 1 {
    version = $0
    sub(/^.*EastAsianWidth-/, "", version)
    sub(/\.txt.*$/, "", version)
}
# "3400..4DBF;W    # Lo  [6592] ..."
files == 1 && /^[0-9A-F]/ {
    split($0, part, /[;#]/)
    gsub(/ /, "", part[1])
    gsub(/ /, "", part[2])
    count = split(part[1], ends, /\.\./)
    if (part[2] == "W" || part[2] == "F")
        for (code = hex(ends[1]); code <= hex(ends[count]); code++)
            width[code] = 2
}
# Marks and format characters take no column. The soft hyphen is shown as a hyphen, and the format characters of Arabic
# and Kaithi that stand before a number are visible.
files == 2 {
    split($0, field, ";")
    code = hex(field[1])
    start = field[2] ~ /, Last>$/ ? range_start : code
    range_start = code
    if (field[3] != "Mn" && field[3] != "Me" && field[3] != "Cf")
        next
    if (code == 173 || code >= 1536 && code <= 1541 || code == 1757 || code == 1807 || code == 2192 || code == 2193 ||
        code == 2274 || code == 69821 || code == 69837)
        next
    for (c = start; c <= code; c++)
        width[c] = 0
}
function print_ranges(name, columns,   code, start, text, count) {
    count = 0
    for (code = 0; code <= last_code + 1; code++) {
        if (code in width && width[code] == columns) {
            if (start == "")
                start = code
        } else if (start != "") {
            text = text sprintf("%s{0x%x, 0x%x},", count % 6 == 0 ? "\n    " : " ", start, code - 1)
            start = ""
            count++
        }
    }
    printf "static const struct width_range %s[%d] = {%s\n};\n", name, count, text
}
END {
    # The vowels and final consonants of Hangul join the consonant before them.
    for (code = 4448; code <= 4607; code++)
        width[code] = 0
    print "/* Columns that code points take on a terminal, from the Unicode Character Database " version "; made by"
    print " * scripts/width-table.sh. Two for those whose East Asian width is W or F; none for general categories Mn, Me"
    print " * and Cf (but for the few of Cf that are visible) and for the vowels and final consonants of Hangul; one for"
    print " * all others. */"
    print "#ifndef SGNS_CLI_WIDTH_TABLE_H"
    print "#define SGNS_CLI_WIDTH_TABLE_H\n"
    print "#include <stdint.h>\n"
    print "/* In growing order. */"
    print "struct width_range {"
    print "    uint32_t first, last;"
    print "};\n"
    print "// clang-format off"
    print_ranges("width_none", 0)
    print ""
    print_ranges("width_two", 2)
    print "// clang-format on\n"
    print "#endif"
}
