#include "query/spelling.h"

#include <stdint.h>
#include <string.h>

#include "text/utf8.h"

#define SLIPS_MAX 2
#define SHORT_WORD 5

/* Room for a word as long as any token and as many slips more. */
#define POINTS_MAX (TOKEN_BYTES_MAX + SLIPS_MAX)

/* A row of the distance table holds only the diagonal and SLIPS_MAX cells to either side of it. */
#define BAND (2 * SLIPS_MAX + 1)

/* Above all code points. */
#define ILL_FORMED 0x110000U

struct points {
    uint32_t values[POINTS_MAX];
    size_t count;
};

/* Code points; a byte that is ill-formed counts as one of its own. False if there are too many. */
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

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The cell for the first i points of a and the first j of b, of the two rows before and the cells to its
 * left. In a band, the cell above is one to the right, and the one above to the left has the same place. */
static size_t cell(const struct points *a, const struct points *b, size_t i, size_t j, size_t place,
                   const size_t *above2, const size_t *above, const size_t *row) {
    const size_t far = SLIPS_MAX + 1;
    if (i == 0 || j == 0)
        return i + j;
    const uint32_t x = a->values[i - 1], y = b->values[j - 1];
    size_t slips = above[place] + (x != y);
    slips = least(slips, 1 + (place + 1 < BAND ? above[place + 1] : far));
    slips = least(slips, 1 + (place > 0 ? row[place - 1] : far));
    if (i > 1 && j > 1 && x == b->values[j - 2] && y == a->values[i - 2])
        slips = least(slips, above2[place] + 1);
    return slips;
}

/* The slips between a and b, or a number above `most` (SLIPS_MAX at most) if there are more. */
static size_t distance(const struct points *a, const struct points *b, size_t most) {
    const size_t far = SLIPS_MAX + 1;
    if (a->count > b->count + most || b->count > a->count + most)
        return far;
    size_t rows[3][BAND];
    for (size_t i = 0; i <= a->count; i++) {
        size_t *row = rows[i % 3], closest = far;
        for (size_t place = 0; place < BAND; place++) {
            const bool inside = i + place >= SLIPS_MAX && i + place - SLIPS_MAX <= b->count;
            row[place] = far;
            if (inside)
                row[place] = cell(a, b, i, i + place - SLIPS_MAX, place, rows[(i + 1) % 3], rows[(i + 2) % 3],
                                  row);
            closest = least(closest, row[place]);
        }
        if (closest > most) /* slips never grow fewer from row to row */
            return far;
    }
    return rows[a->count % 3][b->count + SLIPS_MAX - a->count];
}

bool spelling_closest(const struct model *model, const char *word, size_t *id) {
    struct points wanted, candidate;
    const size_t bytes = strlen(word);
    if (!decode(&wanted, word, bytes))
        return false;
    size_t most = wanted.count < SHORT_WORD ? 1 : SLIPS_MAX;
    bool found = false;
    for (size_t i = 0; i < model->vocab && most > 0; i++) {
        size_t length;
        const char *text = model_word(model, i, &length);
        if (length > bytes + 4 * most || bytes > length + 4 * most || !decode(&candidate, text, length))
            continue;
        const size_t slips = distance(&wanted, &candidate, most);
        if (slips <= most) {
            *id = i;
            found = true;
            most = slips - (slips > 0);
        }
    }
    return found;
}
