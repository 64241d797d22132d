/* Vectors in eight bits a number: a quarter of the memory for a search to read. Let u be the direction of a
 * row (the row at length 1), and v = scale * quantized what stands for it. `error` is the distance |u - v|,
 * at most 1. For every t of length 1 |t . u - scale * (t . quantized)| = |t . (u - v)| <= |t| |u - v| = error
 * (Cauchy and Schwarz) so a search for rows with a large cosine to t can skip those where scale * (t .
 * quantized) + error is too small. No smaller bound would do: t = (u - v) / |u - v| reaches it. */
#ifndef SGNS_MODEL_QUANTIZE_H
#define SGNS_MODEL_QUANTIZE_H

#include <stddef.h>
#include <stdint.h>

struct quantization {
    float scale,
        error; /* at least 0; `error` was measured with the scale as it is here, rounded to a float */
};

/* Fills quantized[0 .. stride), from -127 to 127, for a row of `dim` floats whose length is `norm`; the rest
 * is zero. A row without a direction, whose length is 0, subnormal or not finite, becomes zeros, also if a
 * damaged file has another `norm` for it. */
struct quantization quantize_row(int8_t *quantized, const float *row, float norm, size_t dim, size_t stride);

#endif
