/* How the work of a step is cut into tiles: the same for every vector kernel. Before it includes this, a file
 * has
 *   SCORE_ROWS, UPDATE_VECTORS   the largest tiles
 *   struct room                  what `scores` keeps for `update`, besides the step
 *   score_tile()                 scores of `rows` rows from p on with `vectors` vectors of noise words from j
 * on score_slots()                those of row p with `count` slots of its band from k on, lane by lane
 *   struct part, add_part()      sources of two rows, added up over `vectors` vectors from `at` on
 * Loops over a tile have constant bounds, so that the sums live in registers. */

/* --- scores --- */

/* In tiles of nearly as many rows each. */
INLINE void score_rows(const struct kernel_step *step, const struct room *room, size_t j, size_t vectors) {
    for (size_t p = 0, rows; p < step->rows; p += rows) {
        rows = 2 * next_part((step->rows - p) / 2, SCORE_ROWS / 2);
        switch (rows) {
#define CASE(n)                                   \
    case n:                                       \
        score_tile(step, room, p, j, n, vectors); \
        break
            CASE(2);
            CASE(4);
            CASE(6);
#if SCORE_ROWS > 6
            CASE(8);
            CASE(10);
            CASE(12);
#endif
#undef CASE
        }
    }
}

static void score_noise(const struct kernel_step *step, const struct room *room) {
    size_t j = 0;
    for (; j + 2 * (size_t)W <= step->columns; j += 2 * (size_t)W)
        score_rows(step, room, j, 2);
    if (j < step->columns)
        score_rows(step, room, j, 1);
}

static void score_pairs(const struct kernel_step *step, const struct room *room) {
    const size_t reach = 2 * step->window + 2;
    for (size_t p = 0; p < step->rows; p++)
        for (size_t k = 0; k < step->band_columns; k += W) {
            float *to = step->pairs + p * step->band_columns + k;
            switch (next_slots(reach, k)) {
#define CASE(n)                                \
    case n:                                    \
        STORE(to, score_slots(room, p, k, n)); \
        break
                CASE(4);
#if W > 4
                CASE(8);
#endif
#if W > 8
                CASE(12);
                CASE(16);
#endif
#undef CASE
            }
        }
}

/* --- updates --- */

INLINE void update_tile(bfloat16 *const *targets, const struct part *parts, size_t count, float scale,
                        size_t width, size_t at, size_t vectors) {
    vector sums[2][UPDATE_VECTORS] = {{{0}}};
    for (size_t i = 0; i < count; i++)
        add_part(sums, &parts[i], width, at, vectors);
    move_rows(targets, at, sums, vectors, scale);
}

/* Rows are cut into parts of nearly equal width, each at most UPDATE_VECTORS vectors. */
INTENDED_RACE static void update_two(bfloat16 *const *targets, const struct part *parts, size_t count,
                                     float scale, size_t width) {
    for (size_t at = 0, vectors; at < width; at += vectors * W) {
        vectors = next_part((width - at) / W, UPDATE_VECTORS);
        switch (vectors) {
#define CASE(n)                                                  \
    case n:                                                      \
        update_tile(targets, parts, count, scale, width, at, n); \
        break
            CASE(1);
            CASE(2);
            CASE(3);
            CASE(4);
#if UPDATE_VECTORS > 4
            CASE(5);
#endif
#if UPDATE_VECTORS > 5
            CASE(6);
            CASE(7);
#endif
#undef CASE
        }
    }
}
