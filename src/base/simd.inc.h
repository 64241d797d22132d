/* What vector code for one instruction set starts with, written with the vector extensions of GCC and Clang:
 * types, loads and stores, shuffles. A source file defines
 *   SIMD_WIDTH     floats in a vector: 4, 8 or 16
 *   INTEGER_SUMS   if its sums of products are 32-bit integers; otherwise they are floats
 * and includes this. The Makefile compiles it with the flags of the instruction set. */
#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define W SIMD_WIDTH
#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef int32_t integers __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef uint32_t bits32 __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef uint16_t shorts __attribute__((vector_size(W * 4), aligned(W * 4), may_alias));
typedef float half_vector __attribute__((vector_size(W * 2), aligned(W * 2), may_alias));

/* Sums of products. Integers may be negative: unsigned ones wrap around to the same bits. */
#ifdef INTEGER_SUMS
typedef bits32 lanes;
#else
typedef vector lanes;
#endif

#define LOAD(address) (*(const vector *)(address))
#define STORE(address, value) (*(vector *)(address) = (value))

/* Keeps the compiler from loading a value again for each of its uses: tiles are short of loads. */
#if defined(__x86_64__) && !defined(__clang_analyzer__)
#define IN_REGISTER(value) __asm__("" : "+v"(value))
#elif defined(__aarch64__)
#define IN_REGISTER(value) __asm__("" : "+w"(value))
#else
#define IN_REGISTER(value) ((void)0)
#endif

/* Keeps the compiler from deriving an address from another one, with a register for each offset. */
#define OPAQUE_POINTER(pointer) __asm__("" : "+r"(pointer))

INLINE vector choose(integers condition, vector yes, vector no) {
    return (vector)(((integers)yes & condition) | ((integers)no & ~condition));
}

/* --- shuffles --- */

/* SINGLES and DOUBLES interleave two vectors within each 128-bit lane: floats, or pairs of floats, from the
 * lanes' low or high halves. LANES takes the even or the odd 128-bit lanes of a, then those of b. EVEN_ODD
 * takes 16-bit numbers: at even places those of a, at odd places those of b. */
#if W == 4
#define EVEN_ODD(a, b) __builtin_shufflevector((shorts)(a), (shorts)(b), 0, 9, 2, 11, 4, 13, 6, 15)
#define LOW_HALF(a) __builtin_shufflevector(a, a, 0, 1)
#define HIGH_HALF(a) __builtin_shufflevector(a, a, 2, 3)
#define SINGLES_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define SINGLES_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define DOUBLES_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define DOUBLES_HIGH(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#elif W == 8
#define EVEN_ODD(a, b)                                                                                       \
    __builtin_shufflevector((shorts)(a), (shorts)(b), 0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, \
                            31)
#define LOW_HALF(a) __builtin_shufflevector(a, a, 0, 1, 2, 3)
#define HIGH_HALF(a) __builtin_shufflevector(a, a, 4, 5, 6, 7)
#define SINGLES_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define SINGLES_HIGH(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define DOUBLES_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define DOUBLES_HIGH(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define LANES_EVEN(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define LANES_ODD(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#else
#define EVEN_ODD(a, b)                                                                                       \
    __builtin_shufflevector((shorts)(a), (shorts)(b), 0, 33, 2, 35, 4, 37, 6, 39, 8, 41, 10, 43, 12, 45, 14, \
                            47, 16, 49, 18, 51, 20, 53, 22, 55, 24, 57, 26, 59, 28, 61, 30, 63)
#define LOW_HALF(a) __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7)
#define HIGH_HALF(a) __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15)
#define SINGLES_LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define SINGLES_HIGH(a, b) \
    __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define DOUBLES_LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define DOUBLES_HIGH(a, b) \
    __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define LANES_EVEN(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define LANES_ODD(a, b) \
    __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#endif

/* Lane i of the result is the sum of the lanes of sums[i]. Each step halves the number of vectors. */
INLINE lanes add_across(lanes *sums) {
    for (size_t i = 0; i < W / 2; i++)
        sums[i] = SINGLES_LOW(sums[2 * i], sums[2 * i + 1]) + SINGLES_HIGH(sums[2 * i], sums[2 * i + 1]);
    for (size_t i = 0; i < W / 4; i++)
        sums[i] = DOUBLES_LOW(sums[2 * i], sums[2 * i + 1]) + DOUBLES_HIGH(sums[2 * i], sums[2 * i + 1]);
#if W > 4
    for (size_t i = 0; i < W / 8; i++)
        sums[i] = LANES_EVEN(sums[2 * i], sums[2 * i + 1]) + LANES_ODD(sums[2 * i], sums[2 * i + 1]);
#endif
#if W > 8
    sums[0] = LANES_EVEN(sums[0], sums[1]) + LANES_ODD(sums[0], sums[1]);
#endif
    return sums[0];
}

/* Transposes W x W: lane i of rows[j] goes to transposed[i * columns + j]. First 4 x 4 blocks within the
 * 128-bit lanes, then the lanes. */
INLINE void transpose_tile(float *transposed, size_t columns, const vector *rows) {
    vector blocks[W];
    for (size_t j = 0; j < W; j += 4) {
        const vector a = SINGLES_LOW(rows[j], rows[j + 1]), b = SINGLES_LOW(rows[j + 2], rows[j + 3]);
        const vector c = SINGLES_HIGH(rows[j], rows[j + 1]), d = SINGLES_HIGH(rows[j + 2], rows[j + 3]);
        blocks[j] = DOUBLES_LOW(a, b);
        blocks[j + 1] = DOUBLES_HIGH(a, b);
        blocks[j + 2] = DOUBLES_LOW(c, d);
        blocks[j + 3] = DOUBLES_HIGH(c, d);
    }
    for (size_t i = 0; i < 4; i++, transposed += columns) {
#if W == 4
        STORE(transposed, blocks[i]);
#elif W == 8
        STORE(transposed, LANES_EVEN(blocks[i], blocks[i + 4]));
        STORE(transposed + 4 * columns, LANES_ODD(blocks[i], blocks[i + 4]));
#else
        const vector even[2] = {LANES_EVEN(blocks[i], blocks[i + 4]),
                                LANES_EVEN(blocks[i + 8], blocks[i + 12])};
        const vector odd[2] = {LANES_ODD(blocks[i], blocks[i + 4]), LANES_ODD(blocks[i + 8], blocks[i + 12])};
        STORE(transposed, LANES_EVEN(even[0], even[1]));
        STORE(transposed + 4 * columns, LANES_EVEN(odd[0], odd[1]));
        STORE(transposed + 8 * columns, LANES_ODD(even[0], even[1]));
        STORE(transposed + 12 * columns, LANES_ODD(odd[0], odd[1]));
#endif
    }
}
