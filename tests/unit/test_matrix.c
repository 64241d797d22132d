#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "kernels/kernel.h"
#include "train/matrix.h"

/* Every number of every row survives unpacking, for matrices of all widths, with one row and with several. */
static void check_unpack(struct test *test, size_t vocab, size_t dim) {
    const size_t floats = vocab * matrix_stride(dim), stride = kernel_stride(dim);
    float *matrix = aligned_alloc(64, floats * sizeof *matrix);
    memset(matrix, 0, floats * sizeof *matrix);
    bfloat16 *packed = matrix_packed(matrix, vocab, dim);
    CHECK(test, (size_t)packed % 64 == 0 && packed >= (bfloat16 *)(void *)matrix);
    CHECK(test, (float *)(void *)(packed + vocab * stride) == matrix + floats);
    for (size_t row = 0; row < vocab; row++)
        for (size_t d = 0; d < dim; d++)
            packed[row * stride + d] = bfloat16_round((float)(1 + row * 31 + d % 97), 0);
    CHECK(test, matrix_unpack(matrix, vocab, dim));
    size_t wrong = 0;
    for (size_t i = 0; i < floats; i++) {
        const size_t row = i / matrix_stride(dim), d = i % matrix_stride(dim);
        const float expected = bfloat16_value(bfloat16_round((float)(1 + row * 31 + d % 97), 0));
        wrong += matrix[i] != (d < dim ? expected : 0);
    }
    CHECK_MSG(test, wrong == 0, "%zu words of %zu dims: %zu wrong", vocab, dim, wrong);
    free(matrix);
}

static void test_unpack(struct test *test) {
    for (size_t dim = 1; dim <= 200; dim++)
        for (size_t vocab = 1; vocab <= 9; vocab++)
            check_unpack(test, vocab, dim);
    check_unpack(test, 1000, 300);
    check_unpack(test, 1, 1024);
}

/* 0x497f is just below 2^20, and 0x4980 is 2^20. Infinity and NaN are beyond it too, wherever they are and
 * whatever their sign. */
static void test_sane(struct test *test) {
    const struct {
        bfloat16 number;
        bool sane;
    } numbers[] = {{0x497f, true},  {0xc97f, true},  {0x0001, true},  {0x8000, true},  {0x4980, false},
                   {0xc980, false}, {0x7f80, false}, {0xff80, false}, {0x7f81, false}, {0xffff, false}};
    const size_t vocab = 3, dim = 37, floats = vocab * matrix_stride(dim);
    float *matrix = aligned_alloc(64, floats * sizeof *matrix);
    for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
        for (size_t place = 0; place < vocab * dim; place++) {
            memset(matrix, 0, floats * sizeof *matrix);
            bfloat16 *packed = matrix_packed(matrix, vocab, dim);
            packed[place / dim * kernel_stride(dim) + place % dim] = numbers[n].number;
            CHECK_MSG(test, matrix_unpack(matrix, vocab, dim) == numbers[n].sane, "%#x at %zu",
                      (unsigned)numbers[n].number, place);
        }
    free(matrix);
}

static const struct test_case cases[] = {
    {"matrix: floats in the place of bfloat16", test_unpack},
    {"matrix: says whether a number has blown up", test_sane},
};
TEST_MAIN(cases)
