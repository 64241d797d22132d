/* The kernels that multiply 16-bit numbers. Their instruction takes pairs of adjacent numbers, (a0, a1) and
 * (b0, b1), and adds a0 b0 + a1 b1 to a 32-bit sum: twice the products of a float instruction. So numbers
 * that are summed over must be packed side by side:
 * - A score sums over dims. Pairs of dims are adjacent in a row already.
 * - An update sums over rows, so two rows are interleaved. For example, the sum 10 x + 20 y of the rows x =
 * (1, 2, 3, 4) and y = (5, 6, 7, 8) takes the pairs (1, 5), (3, 7), (2, 6), (4, 8), each times (10, 20): 110,
 * 170, 140, 200, which are its dims 0, 2, 1, 3.
 *
 * A kernel's source file defines SIMD_WIDTH 8 or 16, includes shared.inc.h, defines the following, and
 * includes this:
 * - IN_PLACE: 1 if numbers of rows are factors as they are, so that pairs are scored in the matrices; 0 if
 * they have to be converted first
 * - load_factors(): 2 W numbers of a row as factors, times a scale that makes them fit
 * - narrow(): two vectors of weights, rounded to factors, as one of pairs
 * - add_products(): sum + the products of pairs, lane by lane
 * - shift_right(): sums, arithmetically shifted by so many bits
 * - to_floats(): sums times the unit of the products
 *
 * Loops over a tile have constant bounds, so that the sums live in registers. */

/* SCORE_ROWS: the register tile of noise scores has at most so many rows, by two vectors. TWO_ROW_CONTEXTS:
 * up to so many contexts, two centers are scored at once; beyond, one after the other. UPDATE_VECTORS: the
 * tile of updates has two rows by at most so many vectors. BY_COLUMNS: 1 if an update moves all rows in the
 * columns of one tile before those of the next, which saves choosing a tile for every two rows; 0 if it moves
 * all of a row first, which is faster where rows are many tiles long. */
#if W == 16
#define BY_COLUMNS 1
#define SCORE_ROWS 12
#define TWO_ROW_CONTEXTS 12
#define UPDATE_VECTORS 10
#else
#define BY_COLUMNS 0
#define SCORE_ROWS 6
#define TWO_ROW_CONTEXTS 4
#define UPDATE_VECTORS 6
#endif

typedef int32_t packed_pair __attribute__((may_alias));

/* The workspace of a step. `dims`: rows of pairs of adjacent dims; `rows`: pairs of rows, interleaved. */
struct workspace {
    size_t half;            /* pairs of dims between packed rows */
    size_t width;           /* pairs in two interleaved rows */
    int32_t *center_dims;   /* (rows, half); empty if IN_PLACE */
    int32_t *center_rows;   /* (rows / 2, width) */
    int32_t *context_dims;  /* (contexts, half); empty if IN_PLACE */
    int32_t *context_rows;  /* (contexts / 2, width) */
    int32_t *noise_dims;    /* (half, columns): transposed */
    int32_t *noise_rows;    /* (columns / 2, width) */
    int32_t *pair_contexts; /* (rows, band_columns / 2): weights of pairs of contexts */
    int32_t *pair_centers;  /* (rows / 2, band_columns): of pairs of centers */
    int32_t *noise_words;   /* (rows, columns / 2): of pairs of noise words */
    int32_t *noise_centers; /* (rows / 2, columns): of pairs of centers */
    float *scales;          /* (2) for a kernel to keep those of centers and of contexts and noise in */
};

static struct workspace plan_workspace(const struct kernel_step *step, size_t half, size_t width) {
    const size_t contexts = step->rows + 2 * step->window + 2, columns = step->columns;
    const size_t padded_half = IN_PLACE ? 0 : half;
    struct workspace workspace = {.half = half, .width = width};
    workspace.center_dims = (int32_t *)(void *)step->workspace;
    workspace.center_rows = workspace.center_dims + step->rows * padded_half;
    workspace.context_dims = workspace.center_rows + step->rows / 2 * workspace.width;
    workspace.context_rows = workspace.context_dims + contexts * padded_half;
    workspace.noise_dims = workspace.context_rows + contexts / 2 * workspace.width;
    workspace.noise_rows = workspace.noise_dims + columns * workspace.half;
    workspace.pair_centers = workspace.noise_rows + columns / 2 * workspace.width;
    workspace.pair_contexts = workspace.pair_centers + step->rows / 2 * step->band_columns;
    workspace.noise_centers = workspace.pair_contexts + step->rows / 2 * step->band_columns;
    workspace.noise_words = workspace.noise_centers + step->rows / 2 * columns;
    workspace.scales = (float *)(void *)(workspace.noise_words + step->rows / 2 * columns);
    return workspace;
}

/* --- packing --- */

/* interleave_last(): pairs of two rows, from the lower halves, which are the last W numbers of each.
 * interleave_halves(): pairs of two rows, one in the lower half and one in the upper half. The order is that
 * of the dims; for 8 lanes interleave_last() takes even dims first, since 16-bit shuffles across lanes take
 * AVX-512.
 */
#if W == 16
INLINE packed interleave_last(packed first, packed second) {
    return (packed)__builtin_shufflevector((shorts)first, (shorts)second, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36,
                                           5, 37, 6, 38, 7, 39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45,
                                           14, 46, 15, 47);
}

INLINE packed interleave_halves(packed both) {
    return (packed)__builtin_shufflevector((shorts)both, (shorts)both, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                           21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
                                           30, 15, 31);
}

/* Moves the last W numbers, in the order of interleave_last(). */
INLINE void move_last(bfloat16 *address, lanes sums, struct motion motion) {
    move_bfloat16s(address, sums, motion);
}

/* How many of the vectors that are left an update takes next: all, or an even number, so that even and odd
 * places stay together. Tiles have nearly the same width. */
INLINE size_t next_vectors(size_t left) {
    const size_t vectors = next_part(left, UPDATE_VECTORS);
    return vectors + (vectors < left ? vectors % 2 : 0);
}
#else
INLINE packed interleave_last(packed first, packed second) {
    return LANES_EVEN(interleave_even(first, second), interleave_odd(first, second));
}

INLINE packed interleave_halves(packed both) {
    const __m256i first = _mm256_permute4x64_epi64((__m256i)both, 0x50);
    const __m256i second = _mm256_permute4x64_epi64((__m256i)both, 0xfa);
    return (packed)_mm256_unpacklo_epi16(first, second);
}

INLINE void move_last(bfloat16 *address, lanes sums, struct motion motion) {
    const bits32 shifts = {16, 16, 16, 16},
                 both = (bits32)_mm256_broadcastsi128_si256(*(const __m128i *)address);
    const bits32 last = moved((vector)(both << shifts & 0xffff0000), sums, motion);
    const __m128i even = _mm256_castsi256_si128((__m256i)(last >> 16));
    *(__m128i *)address = _mm_blend_epi16(even, _mm256_extracti128_si256((__m256i)last, 1), 0xaa);
}

/* Tiles of four vectors are faster than tiles of six, which leave no register free. */
INLINE size_t next_vectors(size_t left) {
    return left > UPDATE_VECTORS ? 4 : left;
}
#endif

/* Interleaves the factors of two rows, 2 W of each from dim d on: even places, then odd ones. */
INLINE void interleave_rows(int32_t *rows, packed first, packed second, size_t d, size_t width) {
    if (d + W < width) {
        STORE_PACKED(rows + d, interleave_even(first, second));
        STORE_PACKED(rows + d + W, interleave_odd(first, second));
    } else {
        STORE_PACKED(rows + d, interleave_last(first, second));
    }
}

INTENDED_RACE static void pack_rows(int32_t *dims, int32_t *rows, bfloat16 *const *sources, size_t count,
                                    float scale, const struct workspace *workspace) {
    for (size_t r = 0; r < count; r += 2, dims += 2 * workspace->half, rows += workspace->width)
        for (size_t d = 0; d < workspace->width; d += 2 * (size_t)W) {
            const packed first = load_factors(sources[r] + d, scale);
            const packed second = load_factors(sources[r + 1] + d, scale);
            if (!IN_PLACE) {
                STORE_PACKED(dims + d / 2, first);
                STORE_PACKED(dims + workspace->half + d / 2, second);
            }
            interleave_rows(rows, first, second, d, workspace->width);
        }
}

/* The factors of row r, in the matrix or packed. Copying them needlessly would only fill the nearest cache,
 * which has the rows anyway. */
INLINE const packed_pair *row_factors(bfloat16 *const *sources, const int32_t *dims, size_t r, size_t half) {
    return IN_PLACE ? (const packed_pair *)(const void *)sources[r] : dims + r * half;
}

INTENDED_RACE static void pack_noise(const struct kernel_step *step, float scale,
                                     const struct workspace *workspace) {
    for (size_t j = 0; j < step->columns; j += W)
        for (size_t d = 0; d < workspace->width; d += 2 * (size_t)W) {
            vector rows[W];
            for (size_t i = 0; i < W; i++)
                rows[i] = (vector)load_factors(step->noise[j + i] + d, scale);
            for (size_t i = 0; i < W; i += 2)
                interleave_rows(workspace->noise_rows + (j + i) / 2 * workspace->width, (packed)rows[i],
                                (packed)rows[i + 1], d, workspace->width);
            transpose_tile((float *)workspace->noise_dims + d / 2 * step->columns + j, step->columns, rows);
        }
}

/* Packs weights, (rows, columns), times a scale, as pairs along a row, and as pairs of two rows. */
INLINE void pack_weights(int32_t *along, int32_t *across, const float *weights, size_t rows, size_t columns,
                         float scale) {
    for (size_t r = 0; r < rows; r += 2)
        for (size_t k = 0; k < columns; k += W) {
            const float *first = weights + r * columns + k;
            const vector both = (vector)narrow(LOAD(first) * scale, LOAD(first + columns) * scale);
            float *to = (float *)along + (r * columns + k) / 2;
            *(half_vector *)to = LOW_HALF(both);
            *(half_vector *)(to + columns / 2) = HIGH_HALF(both);
            STORE_PACKED(across + r / 2 * columns + k, interleave_halves((packed)both));
        }
}

/* --- scores --- */

INLINE void score_tile(const struct kernel_step *step, const struct workspace *workspace, float unit,
                       size_t p, size_t j, size_t rows, size_t vectors) {
    const int32_t *noise = workspace->noise_dims + j;
    const packed_pair *centers[SCORE_ROWS];
    for (size_t r = 0; r < rows; r++)
        centers[r] = row_factors(step->centers, workspace->center_dims, p + r, workspace->half);
    lanes sums[SCORE_ROWS][2] = {{{0}}};
    for (size_t d = 0; d < (step->dim + 1) / 2; d++) {
        packed words[2];
        for (size_t v = 0; v < vectors; v++) {
            words[v] = LOAD_PACKED(noise + d * step->columns + v * W);
            IN_REGISTER(words[v]);
        }
        for (size_t r = 0; r < rows; r++) {
            const packed center = (packed){0} + centers[r][d];
            for (size_t v = 0; v < vectors; v++)
                sums[r][v] = add_products(sums[r][v], center, words[v]);
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            STORE(step->noise_scores + (p + r) * step->columns + j + v * W, to_floats(sums[r][v], unit));
}

/* In tiles of nearly the same number of rows. */
INLINE void score_rows(const struct kernel_step *step, const struct workspace *workspace, float unit,
                       size_t j, size_t vectors) {
    for (size_t p = 0, rows; p < step->rows; p += rows) {
        rows = 2 * next_part((step->rows - p) / 2, SCORE_ROWS / 2);
        switch (rows) {
#define CASE(n)                                              \
    case n:                                                  \
        score_tile(step, workspace, unit, p, j, n, vectors); \
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

INTENDED_RACE static void score_noise(const struct kernel_step *step, const struct workspace *workspace,
                                      float unit) {
    size_t j = 0;
    for (; j + 2 * (size_t)W <= step->columns; j += 2 * (size_t)W)
        score_rows(step, workspace, unit, j, 2);
    if (j < step->columns)
        score_rows(step, workspace, unit, j, 1);
}

/* One or two centers with `count` contexts, in registers until their lanes are added up. */
INLINE void score_contexts(const struct kernel_step *step, const struct workspace *workspace, float unit,
                           size_t p, size_t k, size_t rows, size_t count) {
    const size_t half = workspace->half, first = p / 2 * 2 + k;
    lanes sums[2][W] = {{{0}}};
    for (size_t d = 0; d < workspace->width / 2; d += W) {
        packed values[2];
        for (size_t r = 0; r < rows; r++)
            values[r] = LOAD_PACKED(row_factors(step->centers, workspace->center_dims, p + r, half) + d);
        for (size_t i = 0; i < count; i++) {
            packed context = LOAD_PACKED(
                row_factors(step->contexts, workspace->context_dims, first + i, half) + d);
            IN_REGISTER(context);
            for (size_t r = 0; r < rows; r++)
                sums[r][i] = add_products(sums[r][i], values[r], context);
        }
    }
    for (size_t r = 0; r < rows; r++)
        STORE(step->pairs + (p + r) * step->band_columns + k, to_floats(add_across(sums[r]), unit));
}

/* How many contexts of a band to score at once from k on: a multiple of four, up to a vector. There are rows
 * beyond the end of the band, `reach`, too; their scores are not used. */
INLINE size_t next_contexts(size_t reach, size_t k) {
    const size_t left = k < reach ? (reach - k + 3) / 4 * 4 : 0;
    return left < W ? left : W;
}

INLINE void score_two(const struct kernel_step *step, const struct workspace *workspace, float unit, size_t p,
                      size_t k, size_t count) {
    if (count <= TWO_ROW_CONTEXTS)
        score_contexts(step, workspace, unit, p, k, 2, count);
    else {
        score_contexts(step, workspace, unit, p, k, 1, count);
        score_contexts(step, workspace, unit, p + 1, k, 1, count);
    }
}

INTENDED_RACE static void score_pairs(const struct kernel_step *step, const struct workspace *workspace,
                                      float unit) {
    const size_t reach = 2 * step->window + 2;
    for (size_t p = 0; p < step->rows; p += 2)
        for (size_t k = 0; k < step->band_columns; k += W) {
            switch (next_contexts(reach, k)) {
#define CASE(n)                                    \
    case n:                                        \
        score_two(step, workspace, unit, p, k, n); \
        break
                CASE(4);
                CASE(8);
#if SIMD_WIDTH > 8
                CASE(12);
                CASE(16);
#endif
#undef CASE
            }
        }
}

/* Numbers of rows become factors by these scales. */
static void pack_and_score(const struct kernel_step *step, const struct workspace *workspace,
                           float center_scale, float context_scale) {
    const float unit = 1 / center_scale / context_scale;
    pack_rows(workspace->center_dims, workspace->center_rows, step->centers, step->rows, center_scale,
              workspace);
    pack_rows(workspace->context_dims, workspace->context_rows, step->contexts,
              step->rows + 2 * step->window + 2, context_scale, workspace);
    pack_noise(step, context_scale, workspace);
    score_noise(step, workspace, unit);
    score_pairs(step, workspace, unit);
}

/* --- updates --- */

/* What two targets sum over: pairs of rows, in target t with the pairs of weights
 * weights[t * target_step + i * source_step]. */
struct part {
    const int32_t *sources; /* (count, width) */
    size_t count;
    const int32_t *weights;
    size_t target_step, source_step;
    int shift; /* brings its sums to the unit of the next part */
};

INLINE void add_part(lanes sums[2][UPDATE_VECTORS], const struct part *part, size_t width, size_t at,
                     size_t vectors) {
    const int32_t *weights = part->weights, *source = part->sources + at;
    for (size_t i = 0; i < part->count; i++, weights += part->source_step, source += width) {
        const packed first = (packed){0} + weights[0], second = (packed){0} + weights[part->target_step];
        for (size_t v = 0; v < vectors; v++) {
            packed values = LOAD_PACKED(source + v * W);
            IN_REGISTER(values);
            sums[0][v] = add_products(sums[0][v], first, values);
            sums[1][v] = add_products(sums[1][v], second, values);
        }
    }
}

/* In the order of interleave_rows(). */
INLINE void move_part(bfloat16 *row, const lanes *sums, size_t vectors, struct motion motion) {
    for (size_t v = 0; v + 1 < vectors; v += 2)
        move_even_odd(row + v * W, sums[v], sums[v + 1], motion);
    if (vectors % 2 == 1)
        move_last(row + (vectors - 1) * W, sums[vectors - 1], motion);
}

/* Rows that move, by sums of this unit. */
struct targets {
    bfloat16 *const *rows;
    const float *self; /* their self factors, or NULL */
    float unit;
};

/* What 1 in a sum of products stands for, in the numbers of a row. */
struct units {
    float centers, contexts, noise; /* by the rows that move */
    int shift;                      /* weights of pairs have so many more bits than those of noise */
};

/* An update, with the weights packed. */
struct update {
    const struct kernel_step *step;
    const struct workspace *workspace;
    const struct units *units;
    float scale;
    struct ahead ahead;
};

/* How a part of an update goes; constants, so that it is compiled for each. */
struct tile {
    size_t vectors; /* columns; 0: all of them, in tiles of their own */
    bool self;      /* are there self factors? */
};

/* Columns from `at` on of two targets: one after the other, as they may be the same row. */
INLINE void update_tile(const struct update *update, const struct targets *targets, size_t first,
                        const struct part *parts, size_t count, size_t at, struct tile tile) {
    const size_t width = update->workspace->width;
    lanes sums[2][UPDATE_VECTORS] = {{{0}}};
    for (size_t i = 0; i < count; i++) {
        add_part(sums, &parts[i], width, at, tile.vectors);
        for (size_t v = 0; v < tile.vectors && i + 1 < count; v++) {
            sums[0][v] = shift_right(sums[0][v], parts[i].shift);
            sums[1][v] = shift_right(sums[1][v], parts[i].shift);
        }
    }
    for (size_t t = 0; t < 2; t++) {
        const float keep = tile.self ? kernel_keep(targets->self, first + t, update->scale) : 1;
        move_part(targets->rows[first + t] + at, sums[t], tile.vectors, (struct motion){keep, targets->unit});
    }
}

/* CASE(n) for each width of a tile. */
#define SIX_CASES \
    CASE(1);      \
    CASE(2);      \
    CASE(3);      \
    CASE(4);      \
    CASE(5);      \
    CASE(6)
#if UPDATE_VECTORS > 6
#define TILE_CASES \
    SIX_CASES;     \
    CASE(7);       \
    CASE(8);       \
    CASE(9);       \
    CASE(10)
#else
#define TILE_CASES SIX_CASES
#endif

#if BY_COLUMNS
INLINE void update_two(const struct update *update, const struct targets *targets, size_t first,
                       const struct part *parts, size_t count, size_t at, struct tile tile) {
    update_tile(update, targets, first, parts, count, at, tile);
}
#else
INLINE void update_tiles(const struct update *update, const struct targets *targets, size_t first,
                         const struct part *parts, size_t count, bool self) {
    const size_t width = update->workspace->width;
    for (size_t at = 0, vectors; at < width; at += vectors * W) {
        vectors = next_vectors((width - at) / W);
        switch (vectors) {
#define CASE(n)                                                                        \
    case n:                                                                            \
        update_tile(update, targets, first, parts, count, at, (struct tile){n, self}); \
        break
            TILE_CASES;
#undef CASE
        }
    }
}

INTENDED_RACE static void update_two_plain(const struct update *update, const struct targets *targets,
                                           size_t first, const struct part *parts, size_t count) {
    update_tiles(update, targets, first, parts, count, false);
}

INTENDED_RACE static void update_two_with_self(const struct update *update, const struct targets *targets,
                                               size_t first, const struct part *parts, size_t count) {
    update_tiles(update, targets, first, parts, count, true);
}

INLINE void update_two(const struct update *update, const struct targets *targets, size_t first,
                       const struct part *parts, size_t count, size_t at, struct tile tile) {
    (void)at;
    if (tile.self)
        update_two_with_self(update, targets, first, parts, count);
    else
        update_two_plain(update, targets, first, parts, count);
}
#endif

INLINE void update_centers(struct update *update, size_t at, struct tile tile) {
    const struct kernel_step *step = update->step;
    const struct workspace *workspace = update->workspace;
    const size_t width = workspace->width, band = step->band_columns;
    const struct targets targets = {step->centers, step->center_self, update->units->centers};
    for (size_t p = 0; p < step->rows; p += 2) {
        const struct part parts[] = {
            {workspace->context_rows + p / 2 * width, step->window + 1,
             workspace->pair_contexts + p * band / 2, band / 2, 1, update->units->shift},
            {workspace->noise_rows, (step->noise_count + 1) / 2,
             workspace->noise_words + p * step->columns / 2, step->columns / 2, 1, 0},
        };
        fetch_ahead(&update->ahead, 1);
        update_two(update, &targets, p, parts, 2, at, tile);
    }
}

INLINE void update_contexts(struct update *update, size_t at, struct tile tile) {
    const struct kernel_step *step = update->step;
    const struct workspace *workspace = update->workspace;
    const size_t reach = 2 * step->window, width = workspace->width, band = step->band_columns;
    const struct targets targets = {step->contexts, step->context_self, update->units->contexts};
    for (size_t s = 0; s < step->rows + reach; s += 2) {
        const size_t from = s > reach ? s - reach : 0, to = s + 2 < step->rows ? s + 2 : step->rows;
        const struct part part = {workspace->center_rows + from / 2 * width,
                                  (to - from) / 2,
                                  workspace->pair_centers + from / 2 * band + (s - from),
                                  1,
                                  band - 2,
                                  0};
        fetch_ahead(&update->ahead, 1);
        update_two(update, &targets, s, &part, 1, at, tile);
    }
}

INLINE void update_noise(struct update *update, size_t at, struct tile tile) {
    const struct kernel_step *step = update->step;
    const struct workspace *workspace = update->workspace;
    const struct targets targets = {step->noise, step->noise_self, update->units->noise};
    for (size_t j = 0; j < step->noise_count; j += 2) {
        const struct part part = {
            workspace->center_rows, step->rows / 2, workspace->noise_centers + j, 1, step->columns, 0};
        fetch_ahead(&update->ahead, 1);
        update_two(update, &targets, j, &part, 1, at, tile);
    }
}

INLINE void update_all(struct update *update, size_t at, struct tile tile) {
    update_centers(update, at, tile);
    update_contexts(update, at, tile);
    update_noise(update, at, tile);
}

#if BY_COLUMNS
INLINE void update_columns(struct update *update, size_t at, size_t vectors, bool self) {
    switch (vectors) {
#define CASE(n)                                         \
    case n:                                             \
        update_all(update, at, (struct tile){n, self}); \
        break
        TILE_CASES;
#undef CASE
    }
}

INTENDED_RACE static void update_plain(struct update *update) {
    for (size_t at = 0, vectors; at < update->workspace->width; at += vectors * W) {
        vectors = next_vectors((update->workspace->width - at) / W);
        update_columns(update, at, vectors, false);
    }
}

INTENDED_RACE static void update_with_self(struct update *update) {
    for (size_t at = 0, vectors; at < update->workspace->width; at += vectors * W) {
        vectors = next_vectors((update->workspace->width - at) / W);
        update_columns(update, at, vectors, true);
    }
}
#else
static void update_plain(struct update *update) {
    update_all(update, 0, (struct tile){0, false});
}

static void update_with_self(struct update *update) {
    update_all(update, 0, (struct tile){0, true});
}
#endif

/* The weights are packed. */
static void update_rows(const struct kernel_step *step, const struct workspace *workspace,
                        const struct units *units, float scale) {
    const size_t passes = BY_COLUMNS ? (workspace->width / W + UPDATE_VECTORS - 1) / UPDATE_VECTORS : 1;
    struct update update = {step, workspace, units, scale, plan_ahead(step, passes)};
    if (step->center_self != NULL || step->context_self != NULL || step->noise_self != NULL)
        update_with_self(&update);
    else
        update_plain(&update);
}

/* --- logistic --- */

/* 2^x for x in [-1/2, 1/2]: the polynomial of degree 4 with the smallest maximal relative error, 3e-6.
 * Weights are rounded to 16 bits anyway. */
INLINE vector power_of_rest(vector rest) {
    vector sum = rest * 0.00957010192f + 0.0559178617f;
    sum = sum * rest + 0.240247448f;
    sum = sum * rest + 0.693121815f;
    sum = sum * rest + 0.999999261f;
    return sum;
}
