# Reads UnicodeData.txt, prints src/text/unicode_table.h: see unicode-table.sh.
# Code points are in blocks of 128, and equal blocks are stored once. The word bits of a block are four 32-bit words;
# its folds are differences. Block 0 of the folds has none, and blocks after the last one with folds are not stored.
BEGIN {
    FS = ";"
    digits = "0123456789ABCDEF"
    last_code = 1114111 # U+10FFFF
    block_size = 128
}
function hex(text,   i, value) {
    value = 0
    for (i = 1; i <= length(text); i++)
        value = value * 16 + index(digits, substr(text, i, 1)) - 1
    return value
}
function is_word(category) {
    return category ~ /^[LM]/ || category == "Nd"
}
{
    code = hex($1)
    first = $2 ~ /, Last>$/ ? range_start : code
    range_start = code
    if (is_word($3))
        for (c = first; c <= code; c++)
            word[c] = 1
    if ($13 != "")
        upper[code] = hex($13)
    if ($14 != "")
        lower[code] = hex($14)
}
function fold(c,   up) {
    # The Turkish dotless i is a letter of its own, though its capital looks like that of i.
    if (c == 305)
        return c
    up = c in upper ? upper[c] : c
    return up in lower ? lower[up] : up
}
# Four words of 32 bits, as text.
function word_block(start,   i, j, value, power, text) {
    text = ""
    for (i = 0; i < block_size; i += 32) {
        value = 0
        power = 1
        for (j = 0; j < 32; j++) {
            if ((start + i + j) in word)
                value += power
            power *= 2
        }
        text = text (i > 0 ? ", " : "") sprintf("0x%04x%04x", int(value / 65536), value % 65536)
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
END {
    blocks = (last_code + 1) / block_size
    word_count = 0
    fold_count = 1
    fold_number["0"] = 0
    fold_text[0] = "0"
    fold_blocks = 0
    for (b = 0; b < blocks; b++) {
        text = word_block(b * block_size)
        if (!(text in word_number)) {
            word_number[text] = word_count
            word_text[word_count++] = text
        }
        word_index[b] = word_number[text]
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
    print " * A word code point has general category L*, M* or Nd. Folding is the simple lower case of the simple"
    print " * upper case: the simple case folding of CaseFolding.txt, but that Cherokee folds to its small letters,"
    print " * and that the Turkish capital I with a dot, which has no simple folding there, folds to i. */"
    print "#ifndef SGNS_TEXT_UNICODE_TABLE_H"
    print "#define SGNS_TEXT_UNICODE_TABLE_H\n"
    print "#include <stdint.h>\n"
    print "#define UNICODE_BLOCK " block_size "u"
    print "#define UNICODE_FOLD_BLOCKS " fold_blocks "u\n"
    print "// clang-format off"
    print "/* Block of a code point: its row in unicode_words. */"
    print_index("unicode_word_rows", word_count > 256 ? "uint16_t" : "uint8_t", word_index, blocks)
    print "/* One bit a code point, the lowest first. */"
    printf "static const uint32_t unicode_words[%d][4] = {\n", word_count
    for (i = 0; i < word_count; i++)
        print "    {" word_text[i] "},"
    print "};\n"
    print "/* Block of a code point: its row in unicode_folds. */"
    print_index("unicode_fold_rows", "uint8_t", fold_index, fold_blocks)
    print "/* What is added to a code point to fold it. */"
    printf "static const int32_t unicode_folds[%d][UNICODE_BLOCK] = {\n", fold_count
    for (i = 0; i < fold_count; i++)
        print "    {" fold_text[i] "},"
    print "};"
    print "// clang-format on\n"
    print "#endif"
}
