/* Vectors in eight bits a number, a quarter of the memory to look through. A row's direction u, the row at
 * length 1, is about scale * codes =: v, and `error` is the distance |u - v|, which is not more than 1. For
 * every t of length 1
 *     |t . u - scale * (t . codes)| = |t . (u - v)| <= |t| |u - v| = error    (Cauchy and Schwarz)
 * so whoever looks for rows with a large cosine to t need not look at those for which scale * (t . codes) +
 * error is too little. No smaller error would do: t = (u - v) / |u - v| is off by all of it. */
#ifndef SGNS_MODEL_QUANTIZE_H
#define SGNS_MODEL_QUANTIZE_H

#include <stddef.h>
#include <stdint.h>

struct quantization {
    float scale, error; /* 0 or more; the scale as it is here, rounded, is what `error` was measured with */
};

/* Fills codes[0 .. stride), from -127 to 127, for a row of `dim` floats that is `norm` long; what lies beyond
 * `dim` is zero. A row without a direction, one whose length is 0 or not finite, gets zeros. */
struct quantization quantize_row(int8_t *codes, const float *row, float norm, size_t dim, size_t stride);

#endif
