#include "query/spelling.h"

#include <stdint.h>
#include <string.h>

#include "text/utf8.h"

#define EDITS_MAX SPELLING_EDITS_MAX
#define SHORT_WORD 5

/* A word as long as any token, and as many more characters as may be inserted. */
#define POINTS_MAX (TOKEN_BYTES_MAX + EDITS_MAX)

/* A row of the distance table has only the diagonal and EDITS_MAX cells on either side of it. */
#define BAND (2 * EDITS_MAX + 1)

/* Above all code points. */
#define ILL_FORMED 0x110000U

struct points {
    uint32_t values[POINTS_MAX];
    size_t count;
};

/* The code points; each ill-formed byte counts as one of its own. False if there are too many. */
static bool decode(struct points *points, const char *word, size_t length) {
    const unsigned char *at = (const unsigned char *)word, *end = at + length;
    for (points->count = 0; at < end; points->count++) {
        if (points->count == POINTS_MAX)
            return false;
        uint32_t *value = &points->values[points->count];
        const int bytes = utf8_decode(at, end, value);
        if (bytes < 0)
            *value = ILL_FORMED + *at;
        at += bytes < 0 ? 1 : bytes;
    }
    return true;
}

static size_t min(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The cell for the first i points of a and the first j of b, from the two rows above and the cells to its
 * left. The band moves right by one with each row: the cell above is at place + 1, the one above and to the
 * left at the same place. */
static size_t cell(const struct points *a, const struct points *b, size_t i, size_t j, size_t place,
                   const size_t *above2, const size_t *above, const size_t *row) {
    const size_t far = EDITS_MAX + 1;
    if (i == 0 || j == 0)
        return i + j;
    const uint32_t x = a->values[i - 1], y = b->values[j - 1];
    size_t edits = above[place] + (x != y);
    edits = min(edits, 1 + (place + 1 < BAND ? above[place + 1] : far));
    edits = min(edits, 1 + (place > 0 ? row[place - 1] : far));
    if (i > 1 && j > 1 && x == b->values[j - 2] && y == a->values[i - 2])
        edits = min(edits, above2[place] + 1);
    return edits;
}

/* The edits between a and b, or a number above `max` if there are more; `max` is at most EDITS_MAX. */
static size_t distance(const struct points *a, const struct points *b, size_t max) {
    const size_t far = EDITS_MAX + 1;
    if (a->count > b->count + max || b->count > a->count + max)
        return far;
    size_t rows[3][BAND];
    for (size_t i = 0; i <= a->count; i++) {
        size_t *row = rows[i % 3], closest = far;
        for (size_t place = 0; place < BAND; place++) {
            const bool inside = i + place >= EDITS_MAX && i + place - EDITS_MAX <= b->count;
            row[place] = far;
            if (inside)
                row[place] = cell(a, b, i, i + place - EDITS_MAX, place, rows[(i + 1) % 3], rows[(i + 2) % 3],
                                  row);
            closest = min(closest, row[place]);
        }
        if (closest > max) /* no row has fewer edits than the one above */
            return far;
    }
    return rows[a->count % 3][b->count + EDITS_MAX - a->count];
}

/* How many edits may be put down to misspelling. */
static size_t edits_max(const struct points *wanted) {
    return wanted->count < SHORT_WORD ? 1 : EDITS_MAX;
}

size_t spelling_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    struct points from, to;
    if (!decode(&from, a, a_length) || !decode(&to, b, b_length))
        return EDITS_MAX + 1;
    const size_t max = edits_max(&from), edits = distance(&from, &to, max);
    return edits <= max ? edits : EDITS_MAX + 1;
}

bool spelling_closest(const struct model *model, const char *word, size_t *id) {
    struct points wanted, candidate;
    const size_t bytes = strlen(word);
    if (!decode(&wanted, word, bytes))
        return false;
    size_t max = edits_max(&wanted);
    bool found = false;
    for (size_t i = 0; i < model->vocab && max > 0; i++) {
        size_t length;
        const char *text = model_word(model, i, &length);
        if (length > bytes + 4 * max || bytes > length + 4 * max || !decode(&candidate, text, length))
            continue;
        const size_t edits = distance(&wanted, &candidate, max);
        if (edits <= max) {
            *id = i;
            found = true;
            max = edits - (edits > 0);
        }
    }
    return found;
}
