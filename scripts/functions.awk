# Prints what lint.sh needs to know about every function in the given C files, one line each:
#   FILE:LINE NAME LINES RACE CALL
# LINES is counted from "{" to "}"; RACE is 1 for an INTENDED_RACE function; CALL is the first memory or string function
# it calls, or "-". This relies on the formatting: definitions start and end in column 0.

# The line without comments and with literals emptied. `comment` is true while a comment is open.
function code(line, result, mark) {
    result = ""
    while (line != "") {
        if (comment) {
            if (!index(line, "*/"))
                return result
            line = substr(line, index(line, "*/") + 2)
            comment = 0
        }
        if (!match(line, /["']|\/\*|\/\//))
            return result line
        result = result substr(line, 1, RSTART - 1)
        mark = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        if (mark == "//")
            return result
        if (mark == "/*") {
            comment = 1
        } else {
            match(line, mark == "\"" ? "^([^\"\\\\]|\\\\.)*\"" : "^([^'\\\\]|\\\\.)*'")
            line = substr(line, RLENGTH + 1)
            result = result mark mark
        }
    }
    return result
}

# The name before the first "(" that does not belong to an attribute.
function name_of(head) {
    gsub(/__attribute__ *\(\([^()]*(\([^()]*\))?[^()]*\)\)/, "", head)
    return match(head, /[A-Za-z_0-9]+ *\(/) ? substr(head, RSTART, RLENGTH - 1) : "?"
}

function is_race(head, mark) {
    for (mark in marks)
        if (head ~ "(^|[^A-Za-z_0-9])" mark "([^A-Za-z_0-9]|$)")
            return 1
    return 0
}

function note_call(line) {
    if (call == "-" && match(line, /(^|[^A-Za-z_0-9])(__builtin_)?(mem(cpy|move|set|cmp|chr)|str[a-z]+) *\(/)) {
        call = substr(line, RSTART, RLENGTH)
        gsub(/[^A-Za-z_0-9]/, "", call)
    }
}

FNR == 1 {
    head = ""
    inside = comment = continued = 0
    split("", marks)
    marks["INTENDED_RACE"] = 1
}
{ line = code($0) }

inside {
    note_call(line)
    if (line ~ /^}/ || !is_function && line ~ /};[ \t]*$/) {
        if (is_function)
            print FILENAME ":" start, name_of(head), FNR - start + 1, is_race(head), call
        inside = 0
        head = ""
    }
    next
}
continued || line ~ /^[ \t]*#/ {
    # A macro defined as the attribute marks functions too.
    if (line ~ /^[ \t]*#[ \t]*define/ && is_race(line) && split(line, words, /[ \t(]+/) > 1)
        marks[words[2]] = 1
    continued = line ~ /\\$/
    next
}
{
    head = head " " line
    if (line ~ /[{][ \t]*$/) {
        inside = 1
        start = FNR
        is_function = head ~ /\(/ && head !~ /=/
        call = "-"
    } else if (line ~ /[;}][ \t]*$/) {
        head = ""
    }
}
