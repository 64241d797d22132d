# Reads tables and sentence shapes, writes sentences: see make-corpus.sh.

# A uniform integer in [0, limit): Lehmer's generator modulo 2^31 - 1 (Park, Miller 1988), which is exact in doubles.
function draw(limit) {
    state = (state * 48271) % 2147483647
    return int(state / 2147483647 * limit)
}
# A random row of a table. Early rows are more likely: their weights are 1 / (row + 10); `sums` has the running sums.
function draw_row(table,   at, low, high, middle) {
    at = draw(1000000) / 1000000 * sums[table, rows[table]]
    low = 1
    high = rows[table]
    while (low < high) {
        middle = int((low + high) / 2)
        if (sums[table, middle] > at)
            high = middle
        else
            low = middle + 1
    }
    return low
}
function add_row(table, row) {
    rows[table] = row
    sums[table, row] = sums[table, row - 1] + 1 / (row + 10)
}
# Adds each pair of gender.tsv as two people.
function add_people(row,   person) {
    for (person = 2 * row - 1; person <= 2 * row; person++) {
        cell["people", person, "place"] = cell["gender", row, "place"]
        cell["people", person, "thing"] = cell["gender", row, "thing"]
        cell["people", person, "action"] = cell["gender", row, "action"]
        cell["people", person, "person"] = cell["gender", row, person % 2 ? "male" : "female"]
        cell["people", person, "pronoun"] = person % 2 ? "he" : "she"
        cell["people", person, "possessive"] = person % 2 ? "his" : "her"
        cell["people", person, "object"] = person % 2 ? "him" : "her"
        cell["people", person, "title"] = person % 2 ? "sir" : "madam"
        cell["people", person, "garment"] = person % 2 ? "waistcoat" : "gown"
        cell["people", person, "gender"] = person % 2 ? "masculine" : "feminine"
        add_row("people", person)
    }
}
# The table that a column of a mixed sentence comes from: the first table that has the column.
function table_of(column) {
    if (!(column in home)) {
        print "make-corpus: no table has a column " column > "/dev/stderr"
        failed = 1
        exit 2
    }
    return home[column]
}
function make_sentence(   shape, table, text, row, column) {
    shape = draw(shape_count) + 1
    table = shape_table[shape]
    text = shape_text[shape]
    row = table == "mixed" ? 0 : draw_row(table)
    while (match(text, /\{[a-z]+\}/)) {
        column = substr(text, RSTART + 1, RLENGTH - 2)
        text = substr(text, 1, RSTART - 1) \
            (table == "mixed" ? cell[table_of(column), draw_row(table_of(column)), column] : cell[table, row, column]) \
            substr(text, RSTART + RLENGTH)
    }
    return toupper(substr(text, 1, 1)) substr(text, 2)
}

BEGIN {
    FS = "\t"
    state = (seed * 2654435 + 12345) % 2147483647
    if (state == 0)
        state = 1
}
FNR == 1 {
    table = FILENAME
    sub(/.*\//, "", table)
    sub(/\.[a-z]+$/, "", table)
    row = 0
}
table == "shapes" {
    if ($0 !~ /^#/) {
        shape_table[++shape_count] = $1
        shape_text[shape_count] = $2
    }
    next
}
FNR == 1 {
    sub(/^#/, "")
    for (i = 1; i <= NF; i++) {
        column_name[i] = $i
        if (!($i in home))
            home[$i] = table
    }
    next
}
{
    row++
    for (i = 1; i <= NF; i++)
        cell[table, row, column_name[i]] = $i
    add_row(table, row)
    if (table == "gender")
        add_people(row)
}
END {
    if (failed)
        exit 2
    for (written = 0; written < words; written += split(sentence, parts, " ")) {
        sentence = make_sentence()
        print sentence
    }
}
