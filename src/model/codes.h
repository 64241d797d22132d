/* Vectors in eight bits a number, a quarter of the memory to look through. A row's direction u, the row at
 * length 1, is about scale * codes, and the distance between the two is at most `error`, which is not more
 * than
 * 1. So for every t of length 1, by Cauchy and Schwarz, t . u is within `error` of scale * (t . codes):
 * whoever looks for rows with a large cosine to t need not look at those for which even that is too little.
 */
#ifndef SGNS_MODEL_CODES_H
#define SGNS_MODEL_CODES_H

#include <stddef.h>
#include <stdint.h>

struct code_scale {
    float scale, error; /* 0 or more */
};

/* Fills codes[0 .. stride), from -127 to 127, for a row of `dim` floats that is `norm` long; what lies beyond
 * `dim` is zero. A row without a direction, one whose length is 0 or not finite, gets zeros. */
struct code_scale codes_make(int8_t *codes, const float *row, float norm, size_t dim, size_t stride);

#endif
