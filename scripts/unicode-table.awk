# Reads DerivedNormalizationProps.txt and UnicodeData.txt, prints src/text/unicode_table.h: see unicode-table.sh.
# Code points are in blocks of 128, and equal blocks are stored once. A block of kinds has four bits a code point; a
# block of folds has differences. Block 0 of the folds has none, and blocks after the last one with folds are not stored.
BEGIN {
    FS = " *; *"
    digits = "0123456789ABCDEF"
    last_code = 1114111 # U+10FFFF
    block_size = 128
    # As in src/text/unicode.h.
    letter = 1
    mark = 2
    ordered = 3
    joiner = 4
    ignored = 5
    unstable = 8
    pair_count = composition_count = class_count = 0
    split("200C 200D 180E", names, " ")
    for (i in names)
        kind[hex(names[i])] = joiner
    split("AD 61C 200E 200F 202A 202B 202C 202D 202E 2060 2066 2067 2068 2069 206A 206B 206C 206D 206E 206F FEFF",
          names, " ")
    for (i in names)
        kind[hex(names[i])] = ignored
}
function hex(text,   i, value) {
    value = 0
    for (i = 1; i <= length(text); i++)
        value = value * 16 + index(digits, substr(text, i, 1)) - 1
    return value
}
FILENAME ~ /DerivedNormalizationProps/ {
    sub(/ *#.*/, "")
    excludes = $2 == "Full_Composition_Exclusion"
    if (excludes || $2 == "NFC_QC") {
        dots = index($1, "..")
        end = hex(dots > 0 ? substr($1, dots + 2) : $1)
        for (c = hex(dots > 0 ? substr($1, 1, dots - 1) : $1); c <= end; c++)
            if (excludes)
                excluded[c] = 1
            else
                is_unstable[c] = 1
    }
    next
}
{
    code = hex($1)
    first = $2 ~ /, Last>$/ ? range_start : code
    range_start = code
    if ($3 ~ /^L/ || $3 == "Nd")
        for (c = first; c <= code; c++)
            kind[c] = letter
    if ($3 ~ /^M/)
        kind[code] = $4 > 0 ? ordered : mark
    if ($4 > 0)
        add_class(code, $4)
    if ($6 != "" && $6 !~ /</)
        add_pair(code, $6)
    if ($13 != "")
        upper[code] = hex($13)
    if ($14 != "")
        lower[code] = hex($14)
}
# Ranges of code points with one canonical combining class.
function add_class(code, class) {
    if (class_count > 0 && class_end[class_count - 1] == code - 1 && class_value[class_count - 1] == class) {
        class_end[class_count - 1] = code
        return
    }
    class_start[class_count] = class_end[class_count] = code
    class_value[class_count++] = class
}
# A canonical decomposition, and the place of its composition among those sorted by first and second.
function add_pair(code, text,   parts, i) {
    pair_code[pair_count] = code
    pair_second[pair_count] = split(text, parts, " ") > 1 ? hex(parts[2]) : 0
    pair_first[pair_count] = hex(parts[1])
    if (!(code in excluded)) {
        for (i = composition_count++; i > 0 && comes_after(composition[i - 1], pair_count); i--)
            composition[i] = composition[i - 1]
        composition[i] = pair_count
    }
    pair_count++
}
function comes_after(a, b) {
    return pair_first[a] != pair_first[b] ? pair_first[a] > pair_first[b] : pair_second[a] > pair_second[b]
}
function fold(c,   up) {
    # The Turkish dotless i is a letter of its own, though its capital looks like that of i.
    if (c == 305)
        return c
    up = c in upper ? upper[c] : c
    return up in lower ? lower[up] : up
}
# Sixteen words of 32 bits, as text.
function kind_block(start,   i, c, text, word) {
    text = word = ""
    for (i = 0; i < block_size; i++) {
        c = start + i
        word = substr(digits, (c in kind ? kind[c] : 0) + (c in is_unstable ? unstable : 0) + 1, 1) word
        if (i % 8 == 7) {
            text = text (i > 7 ? i % 64 == 7 ? ",\n     " : ", " : "") "0x" tolower(word)
            word = ""
        }
    }
    return text
}
function fold_block(start,   i, difference, text, any) {
    text = ""
    any = 0
    for (i = 0; i < block_size; i++) {
        difference = fold(start + i) - (start + i)
        any += difference != 0
        text = text difference (i < block_size - 1 ? (i % 16 == 15 ? ",\n     " : ", ") : "")
    }
    return any > 0 ? text : "0"
}
function print_index(name, type, numbers, count,   i) {
    printf "static const %s %s[%d] = {", type, name, count
    for (i = 0; i < count; i++)
        printf "%s%d,", i % 24 == 0 ? "\n    " : " ", numbers[i]
    print "\n};\n"
}
function print_normalization(   i) {
    print "/* Canonical decompositions, by code point; a second of 0: there is none. Hangul syllables have theirs by rule. */"
    printf "static const struct unicode_pair unicode_pairs[%d] = {", pair_count
    for (i = 0; i < pair_count; i++)
        printf "%s{0x%x, 0x%x, 0x%x},", i % 4 == 0 ? "\n    " : " ", pair_code[i], pair_first[i], pair_second[i]
    print "\n};\n"
    print "/* The rows of unicode_pairs that are composed again, by first and second. */"
    print_index("unicode_compositions", "uint16_t", composition, composition_count)
    print "/* Canonical combining classes other than 0. */"
    printf "static const struct unicode_range unicode_classes[%d] = {", class_count
    for (i = 0; i < class_count; i++)
        printf "%s{0x%x, 0x%x, %d},", i % 4 == 0 ? "\n    " : " ", class_start[i], class_end[i], class_value[i]
    print "\n};"
}
END {
    blocks = (last_code + 1) / block_size
    kind_count = 0
    fold_count = 1
    fold_number["0"] = 0
    fold_text[0] = "0"
    fold_blocks = 0
    for (b = 0; b < blocks; b++) {
        text = kind_block(b * block_size)
        if (!(text in kind_number)) {
            kind_number[text] = kind_count
            kind_text[kind_count++] = text
        }
        kind_index[b] = kind_number[text]
        text = fold_block(b * block_size)
        if (!(text in fold_number)) {
            fold_number[text] = fold_count
            fold_text[fold_count++] = text
        }
        fold_index[b] = fold_number[text]
        if (fold_index[b] > 0)
            fold_blocks = b + 1
    }
    print "/* Facts about code points from the Unicode Character Database" version "; made by scripts/unicode-table.sh."
    print " * Letters have general category L* or Nd, marks M*. Folding is the simple lower case of the simple upper"
    print " * case: the simple case folding of CaseFolding.txt, but that Cherokee folds to its small letters, and"
    print " * that the Turkish capital I with a dot, which has no simple folding there, folds to i. */"
    print "#ifndef SGNS_TEXT_UNICODE_TABLE_H"
    print "#define SGNS_TEXT_UNICODE_TABLE_H\n"
    print "#include <stdint.h>\n"
    print "#define UNICODE_BLOCK " block_size "u"
    print "#define UNICODE_FOLD_BLOCKS " fold_blocks "u\n"
    print "struct unicode_pair {\n    uint32_t code, first, second;\n};\n"
    print "struct unicode_range {\n    uint32_t first, last, value;\n};\n"
    print "// clang-format off"
    print "/* Block of a code point: its row in unicode_kinds. */"
    print_index("unicode_kind_rows", kind_count > 256 ? "uint16_t" : "uint8_t", kind_index, blocks)
    print "/* Four bits a code point, the lowest first: an enum unicode_kind, and 8 for UNICODE_UNSTABLE. */"
    printf "static const uint32_t unicode_kinds[%d][UNICODE_BLOCK / 8] = {\n", kind_count
    for (i = 0; i < kind_count; i++)
        print "    {" kind_text[i] "},"
    print "};\n"
    print "/* Block of a code point: its row in unicode_folds. */"
    print_index("unicode_fold_rows", "uint8_t", fold_index, fold_blocks)
    print "/* What is added to a code point to fold it. */"
    printf "static const int32_t unicode_folds[%d][UNICODE_BLOCK] = {\n", fold_count
    for (i = 0; i < fold_count; i++)
        print "    {" fold_text[i] "},"
    print "};\n"
    print_normalization()
    print "// clang-format on\n"
    print "#endif"
}
