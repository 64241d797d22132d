/* The kernels that multiply floats. A kernel's source file defines, besides SIMD_WIDTH,
 *   KERNEL_NAME, KERNEL_TABLE   the name for users, and the table to define
 *   TILE_ROWS                   the register tile of a matrix product: at most 6 or 12 rows by two vectors
 *   TILE_VECTORS                the tile for two rows: at most 5 or 7 vectors
 * and includes this. Loops over a tile have constant bounds, so that the sums live in registers. */
#include "kernels/shared.inc.h"

/* The workspace of a step: all its rows as floats, in the order of load_even_odd(). */
struct workspace {
    size_t width;    /* of a row: full vectors */
    size_t stride;   /* between rows: an odd number of vectors, or the rows of some dims would all compete for
                        the   same few sets of the cache */
    size_t dims;     /* places from 0 on that can hold anything but zeros */
    float *centers;  /* (rows, stride) */
    float *contexts; /* (contexts, stride) */
    float *noise;    /* (columns, stride) */
    float *transposed; /* (width, columns): the noise rows */
    float *sums;       /* (TILE_ROWS, stride) */
};

static struct workspace plan(const struct kernel_step *step) {
    const size_t vectors = (step->dim + W - 1) / W;
    struct workspace workspace = {
        .width = vectors * W, .stride = (vectors | 1) * W, .centers = step->workspace};
    workspace.dims = vectors % 2 == 1 ? step->dim : workspace.width;
    workspace.contexts = workspace.centers + step->rows * workspace.stride;
    workspace.noise = workspace.contexts + (step->rows + 2 * step->window + 2) * workspace.stride;
    workspace.transposed = workspace.noise + step->columns * workspace.stride;
    workspace.sums = workspace.transposed + workspace.width * step->columns;
    return workspace;
}

/* --- rows of the matrices --- */

INTENDED_RACE static void copy_rows(float *to, bfloat16 *const *rows, size_t count,
                                    const struct workspace *workspace) {
    const size_t two = 2 * (size_t)W;
    for (size_t r = 0; r < count; r++, to += workspace->stride) {
        size_t d = 0;
        for (vector even, odd; d + two <= workspace->width; d += two) {
            load_even_odd(rows[r] + d, &even, &odd);
            STORE(to + d, even);
            STORE(to + d + W, odd);
        }
        if (d < workspace->width)
            STORE(to + d, load_bfloat16s(rows[r] + d));
    }
}

/* --- products of matrices --- */

/* Weighted sums of source rows. Sources come in pairs: in the sum of row r, source 2 i + odd has the weight
 * weights[r * row_step + i * pair_step + odd * odd_step]. */
struct product {
    const float *sources; /* (2 pairs, stride) */
    size_t stride, pairs;
    const float *weights;
    size_t row_step, pair_step, odd_step;
    float *sums; /* (rows, sums_stride) where the sums go unless they move rows */
    size_t sums_stride;
    bool add;                 /* to the sums that are there already */
    bfloat16 *const *targets; /* (rows) of a matrix, to move by scale times the sums; or NULL */
    const float *self;        /* (rows) the self factors of the targets, or NULL */
    float scale;
};

INLINE void add_source(vector sums[TILE_ROWS][TILE_VECTORS], const float *source, const float *weights,
                       size_t row_step, size_t rows, size_t vectors) {
    vector values[TILE_VECTORS];
    for (size_t v = 0; v < vectors; v++) {
        values[v] = LOAD(source + v * W);
        IN_REGISTER(values[v]);
    }
    for (size_t r = 0; r < rows; r++) {
        const vector weight = weights[r * row_step] - (vector){0};
        for (size_t v = 0; v < vectors; v++)
            sums[r][v] += weight * values[v];
    }
}

/* Row after row, as several targets may be the same one. */
INLINE void move_tile(bfloat16 *target, const vector *sums, size_t vectors, struct motion motion) {
    for (size_t v = 0; v + 1 < vectors; v += 2)
        move_even_odd(target + v * W, sums[v], sums[v + 1], motion);
    if (vectors % 2 == 1)
        move_bfloat16s(target + (vectors - 1) * W, sums[vectors - 1], motion);
}

/* Columns from `at` on. `self`: do the targets have self factors? */
INLINE void multiply_tile(const struct product *product, size_t at, size_t rows, size_t vectors, bool self) {
    const float *weights = product->weights, *source = product->sources + at;
    vector sums[TILE_ROWS][TILE_VECTORS] = {{{0}}};
    if (product->add)
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sums[r][v] = LOAD(product->sums + at + r * product->sums_stride + v * W);
    const size_t step = product->odd_step, next = product->pair_step - step;
    for (size_t i = 0; i < product->pairs; i++, weights += next) {
        add_source(sums, source, weights, product->row_step, rows, vectors);
        source += product->stride;
        weights += step;
        OPAQUE_POINTER(weights);
        add_source(sums, source, weights, product->row_step, rows, vectors);
        source += product->stride;
    }
    if (product->targets != NULL)
        for (size_t r = 0; r < rows; r++)
            move_tile(
                product->targets[r] + at, sums[r], vectors,
                (struct motion){self ? kernel_keep(product->self, r, product->scale) : 1, product->scale});
    else
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                STORE(product->sums + at + r * product->sums_stride + v * W, sums[r][v]);
}

/* `rows` is even and at most TILE_ROWS. */
INLINE void multiply_tiles(const struct product *product, size_t rows, size_t columns, bool self) {
    for (size_t at = 0, vectors; at < columns; at += vectors * W) {
        const size_t left = (columns - at) / W;
        vectors = rows > 2 ? (left > 1 ? 2 : 1) : left > TILE_VECTORS ? TILE_VECTORS - 1 : left;
        switch (rows * 8 + vectors) {
#define CASE(r, v)                              \
    case (r)*8 + (v):                           \
        multiply_tile(product, at, r, v, self); \
        break
            CASE(2, 1);
            CASE(2, 2);
            CASE(2, 3);
            CASE(2, 4);
            CASE(2, 5);
            CASE(4, 1);
            CASE(4, 2);
            CASE(6, 1);
            CASE(6, 2);
#if TILE_VECTORS > 5
            CASE(2, 6);
            CASE(2, 7);
#endif
#if TILE_ROWS > 6
            CASE(8, 1);
            CASE(8, 2);
            CASE(10, 1);
            CASE(10, 2);
            CASE(12, 1);
            CASE(12, 2);
#endif
#undef CASE
        }
    }
}

INTENDED_RACE static void multiply(const struct product *product, size_t rows, size_t columns) {
    multiply_tiles(product, rows, columns, false);
}

INTENDED_RACE static void multiply_with_self(const struct product *product, size_t rows, size_t columns) {
    multiply_tiles(product, rows, columns, true);
}

/* Moves the product's targets, whose self factors begin at self[first]; `self` may be NULL. */
static void move_targets(struct product *product, const float *self, size_t first, size_t rows,
                         size_t columns) {
    if (self == NULL) {
        multiply(product, rows, columns);
    } else {
        product->self = self + first;
        multiply_with_self(product, rows, columns);
    }
}

/* How many rows the next tile has: nearly as many as the other tiles. */
static size_t next_rows(size_t left) {
    return 2 * next_part((left + 1) / 2, TILE_ROWS / 2);
}

/* --- scores --- */

static void transpose_noise(const struct workspace *workspace, size_t columns) {
    for (size_t j = 0; j < columns; j += W)
        for (size_t d = 0; d < workspace->width; d += W) {
            vector rows[W];
            for (size_t i = 0; i < W; i++)
                rows[i] = LOAD(workspace->noise + (j + i) * workspace->stride + d);
            transpose_tile(workspace->transposed + d * columns + j, columns, rows);
        }
}

static void score_noise(const struct kernel_step *step, const struct workspace *workspace) {
    for (size_t p = 0, rows; p < step->rows; p += rows) {
        rows = next_rows(step->rows - p);
        const struct product product = {.sums = step->noise_scores + p * step->columns,
                                        .sums_stride = step->columns,
                                        .sources = workspace->transposed,
                                        .stride = step->columns,
                                        .pairs = (workspace->dims + 1) / 2,
                                        .weights = workspace->centers + p * workspace->stride,
                                        .row_step = workspace->stride,
                                        .pair_step = 2,
                                        .odd_step = 1};
        multiply(&product, rows, step->columns);
    }
}

/* Two centers with `count` contexts, W / 2 or W / 4 of them, in registers until their lanes are added up.
 * There are rows beyond the end of the band too; their scores are not used. */
INLINE void score_contexts(const struct kernel_step *step, const struct workspace *workspace, size_t p,
                           size_t k, size_t count) {
    const size_t stride = workspace->stride;
    const float *center = workspace->centers + p * stride, *contexts = workspace->contexts + (p + k) * stride;
    vector sums[W] = {{0}};
    for (size_t d = 0; d < workspace->width; d += W) {
        const vector first = LOAD(center + d), second = LOAD(center + stride + d);
        for (size_t i = 0; i < count; i++) {
            vector values = LOAD(contexts + i * stride + d);
            IN_REGISTER(values);
            sums[i] += first * values;
            sums[W / 2 + i] += second * values;
        }
    }
    const vector both = add_across(sums);
    float *to = step->pairs + p * step->band_columns + k;
    *(half_vector *)to = LOW_HALF(both);
    *(half_vector *)(to + step->band_columns) = HIGH_HALF(both);
}

static void score_pairs(const struct kernel_step *step, const struct workspace *workspace) {
    const size_t reach = 2 * step->window + 2;
    for (size_t p = 0; p < step->rows; p += 2)
        for (size_t k = 0; k < reach; k += W / 2)
            if (reach - k > W / 4)
                score_contexts(step, workspace, p, k, W / 2);
            else
                score_contexts(step, workspace, p, k, W / 4);
}

static void scores(const struct kernel_step *step) {
    const struct workspace workspace = plan(step);
    copy_rows(workspace.centers, step->centers, step->rows, &workspace);
    copy_rows(workspace.contexts, step->contexts, step->rows + 2 * step->window + 2, &workspace);
    copy_rows(workspace.noise, step->noise, step->columns, &workspace);
    transpose_noise(&workspace, step->columns);
    score_noise(step, &workspace);
    score_pairs(step, &workspace);
}

/* --- updates --- */

/* The sums of centers p to p + rows over the contexts in their bands. */
static void add_bands(const struct kernel_step *step, const struct workspace *workspace, size_t p,
                      size_t rows) {
    for (size_t r = 0; r < rows; r += 2) {
        const struct product product = {.sources = workspace->contexts + (p + r) * workspace->stride,
                                        .stride = workspace->stride,
                                        .pairs = step->window + 1,
                                        .weights = step->pairs + (p + r) * step->band_columns,
                                        .row_step = step->band_columns,
                                        .pair_step = 2,
                                        .odd_step = 1,
                                        .sums = workspace->sums + r * workspace->stride,
                                        .sums_stride = workspace->stride};
        multiply(&product, 2, workspace->width);
    }
}

static void update_centers(const struct kernel_step *step, const struct workspace *workspace, float scale,
                           struct ahead *ahead) {
    for (size_t p = 0, rows; p < step->rows; p += rows) {
        rows = next_rows(step->rows - p);
        add_bands(step, workspace, p, rows);
        struct product product = {.sums = workspace->sums,
                                  .sums_stride = workspace->stride,
                                  .add = true,
                                  .targets = step->centers + p,
                                  .scale = scale,
                                  .sources = workspace->noise,
                                  .stride = workspace->stride,
                                  .pairs = (step->noise_count + 1) / 2,
                                  .weights = step->noise_scores + p * step->columns,
                                  .row_step = step->columns,
                                  .pair_step = 2,
                                  .odd_step = 1};
        fetch_ahead(ahead, rows / 2);
        move_targets(&product, step->center_self, p, rows, workspace->width);
    }
}

/* Contexts s and s + 1, s even, are in the bands of centers s - 2 w to s + 1. */
static void update_contexts(const struct kernel_step *step, const struct workspace *workspace, float scale,
                            struct ahead *ahead) {
    const size_t reach = 2 * step->window, band = step->band_columns;
    for (size_t s = 0; s < step->rows + reach; s += 2) {
        const size_t from = s > reach ? s - reach : 0, to = s + 2 < step->rows ? s + 2 : step->rows;
        struct product product = {.sources = workspace->centers + from * workspace->stride,
                                  .stride = workspace->stride,
                                  .pairs = (to - from) / 2,
                                  .weights = step->pairs + from * band + (s - from),
                                  .row_step = 1,
                                  .pair_step = 2 * band - 2,
                                  .odd_step = band,
                                  .targets = step->contexts + s,
                                  .scale = scale};
        fetch_ahead(ahead, 1);
        move_targets(&product, step->context_self, s, 2, workspace->width);
    }
}

static void update_noise(const struct kernel_step *step, const struct workspace *workspace, float scale,
                         struct ahead *ahead) {
    for (size_t j = 0, rows; j < step->noise_count; j += rows) {
        rows = next_rows(step->noise_count - j);
        struct product product = {.sources = workspace->centers,
                                  .stride = workspace->stride,
                                  .pairs = step->rows / 2,
                                  .weights = step->noise_scores + j,
                                  .row_step = 1,
                                  .pair_step = 2 * step->columns,
                                  .odd_step = step->columns,
                                  .targets = step->noise + j,
                                  .scale = scale};
        fetch_ahead(ahead, rows / 2);
        move_targets(&product, step->noise_self, j, rows, workspace->width);
    }
}

static void update(const struct kernel_step *step, float scale) {
    const struct workspace workspace = plan(step);
    struct ahead ahead = plan_ahead(step, 1);
    update_centers(step, &workspace, scale, &ahead);
    update_contexts(step, &workspace, scale, &ahead);
    update_noise(step, &workspace, scale, &ahead);
}

/* --- logistic --- */

static void logistic(float *values, size_t count) {
    for (size_t i = 0; i < count; i += W) {
        vector x = -LOAD(values + i);
        const vector max = (vector){0} + 80.0f;
        x = choose(x > max, max, x);
        x = choose(x < -max, -max, x);
        STORE(values + i, 1.0f / (1.0f + exponential(x)));
    }
}

const struct kernel KERNEL_TABLE = {
    .name = KERNEL_NAME,
    .row_roundoff = 0x1p-24f,
    .weight_roundoff = 0x1p-24f,
    KERNEL_FUNCTIONS,
};
