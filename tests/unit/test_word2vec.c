#include "model/word2vec.h"

#include <float.h>
#include <math.h>

#include "base/rng.h"
#include "toy_model.h"

typedef bool write_function(struct file_out *file, const struct model *model, struct error *error);

/* What `write` makes of a model, or ends the program. */
static struct file_map write_toy(const struct toy *toy, write_function *write) {
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    struct file_map map = {NULL, 0};
    char path[4096];
    struct model model = toy_open(toy);
    test_path(path, sizeof path, "vectors");
    const bool done = file_create(&file, path, &error) && write(&file, &model, &error) &&
                      file_commit(&file, &error) && file_map_open(&map, path, &error);
    file_abandon(&file);
    model_close(&model);
    unlink(path);
    if (!done) {
        fprintf(stderr, "nothing written: %s\n", error.text);
        exit(2);
    }
    return map;
}

static void check_bytes(struct test *test, const struct file_map *map, const char *bytes, size_t count) {
    CHECK_MSG(test, map->size == count, "%zu bytes, not %zu", map->size, count);
    CHECK_MSG(test, map->size == count && memcmp(map->data, bytes, count) == 0, "%.*s", (int)map->size,
              (const char *)map->data);
}

static void exact_bytes(struct test *test) {
    const char *const words[] = {"the", "na\xc3\xafve", "x"};
    const float vectors[] = {1, -0.5F, 0.1F, -1e-10F, 123456792.0F, 0};
    const char binary[] = "3 2\n"
                          "the \x00\x00\x80\x3f\x00\x00\x00\xbf\n"
                          "na\xc3\xafve \xcd\xcc\xcc\x3d\xff\xe6\xdb\xae\n"
                          "x \xa3\x79\xeb\x4c\x00\x00\x00\x00\n";
    const char text[] = "3 2\n"
                        "the 1 -0.5\n"
                        "na\xc3\xafve 0.100000001 -1.00000001e-10\n"
                        "x 123456792 0\n";
    const struct toy toy = {.words = words, .vocab = 3, .dim = 2, .vectors = vectors};
    struct file_map map = write_toy(&toy, word2vec_write_binary);
    check_bytes(test, &map, binary, sizeof binary - 1);
    file_map_close(&map);
    map = write_toy(&toy, word2vec_write_text);
    check_bytes(test, &map, text, sizeof text - 1);
    file_map_close(&map);
}

/* Rows as long as the stride, and rows with none of its zeros in the file. */
static void rows_end_with_the_dimension(struct test *test) {
    const char *const words[] = {"a", "b"};
    const size_t dims[] = {1, 15, 16, 17, 300};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++) {
        char head[32];
        const struct toy toy = {.words = words, .vocab = 2, .dim = dims[i]};
        const size_t length = (size_t)snprintf(head, sizeof head, "2 %zu\n", dims[i]);
        struct file_map map = write_toy(&toy, word2vec_write_binary);
        CHECK_MSG(test, map.size == length + 2 * (2 + 4 * dims[i] + 1), "%zu: %zu", dims[i], map.size);
        CHECK(test, memcmp(map.data, head, length) == 0 && map.data[map.size - 1] == '\n');
        file_map_close(&map);
        map = write_toy(&toy, word2vec_write_text);
        CHECK_MSG(test, map.size == length + 2 * (1 + 2 * dims[i] + 1), "%zu: %zu", dims[i], map.size);
        file_map_close(&map);
    }
}

static uint32_t bits_of(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits) {
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* Every number of the one row in a text, read back. */
static void check_numbers(struct test *test, const float *numbers, size_t count) {
    const char *const word = "w";
    const struct toy toy = {.words = &word, .vocab = 1, .dim = count, .vectors = numbers};
    struct file_map map = write_toy(&toy, word2vec_write_text);
    char *text = malloc(map.size + 1);
    if (text == NULL)
        abort();
    memcpy(text, map.data, map.size);
    text[map.size] = '\0';
    char *at = strstr(text, "\nw") + 2;
    for (size_t i = 0; i < count; i++) {
        CHECK_MSG(test, at[0] == ' ' && at[1] != ' ', "number %zu: %.20s", i, at);
        const float read = strtof(at, &at);
        CHECK_MSG(test, bits_of(read) == bits_of(numbers[i]), "number %zu: %08x read as %08x", i,
                  (unsigned)bits_of(numbers[i]), (unsigned)bits_of(read));
    }
    CHECK(test, strcmp(at, "\n") == 0);
    free(text);
    file_map_close(&map);
}

static void the_hardest_numbers_read_back(struct test *test) {
    const float numbers[] = {0,
                             -0.0F,
                             FLT_MIN,
                             -FLT_MIN,
                             FLT_MAX,
                             -FLT_MAX,
                             FLT_EPSILON,
                             1 + FLT_EPSILON,
                             1 - FLT_EPSILON / 2,
                             0.1F,
                             1.0F / 3,
                             float_of(1),
                             float_of(0x80000001),
                             float_of(0x007fffff),
                             16777215,
                             16777216,
                             8.5899346e9F,
                             INFINITY,
                             -INFINITY};
    check_numbers(test, numbers, sizeof numbers / sizeof *numbers);
}

/* Floats of all sizes, and of the size that vectors have. */
static void random_numbers_read_back(struct test *test) {
    enum { COUNT = 20000 };
    float *numbers = malloc(COUNT * sizeof *numbers);
    if (numbers == NULL)
        abort();
    struct rng rng = rng_seed(31, 0);
    for (size_t i = 0; i < COUNT; i++) {
        const float any = float_of((uint32_t)rng_next(&rng));
        numbers[i] = i % 2 && isfinite(any) ? any : 2 * rng_unit(&rng) - 1;
    }
    check_numbers(test, numbers, COUNT);
    free(numbers);
}

/* --- words that the formats can't hold --- */

static void check_refused(struct test *test, const char *bad, write_function *write, const char *says) {
    const char *const words[] = {"good", bad, "good too"};
    struct model model = toy_open(&(struct toy){.words = words, .vocab = 3, .dim = 2});
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    char path[4096];
    test_path(path, sizeof path, "vectors");
    if (!file_create(&file, path, &error))
        abort();
    CHECK_MSG(test, !write(&file, &model, &error) && error.kind == ERROR_INPUT, "%s", bad);
    CHECK_MSG(test, strstr(error.text, "word 1") != NULL && strstr(error.text, says) != NULL, "%s",
              error.text);
    file_abandon(&file);
    CHECK(test, access(path, F_OK) != 0);
    model_close(&model);
}

static void words_with_blanks_are_refused(struct test *test) {
    const char *const words[] = {"two words", " ",   "a ", " a",        "tab\tbed",
                                 "new\nline", "a\r", "\v", "form\ffeed"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        check_refused(test, words[i], word2vec_write_binary, words[i]);
        check_refused(test, words[i], word2vec_write_text, words[i]);
    }
    check_refused(test, "", word2vec_write_binary, "empty");
    check_refused(test, "", word2vec_write_text, "empty");
}

static void odd_words_are_written(struct test *test) {
    const char *const words[] = {"0.5", "-", "\"", "\\n", "a\xc2\xa0z", "\x01\x7f", "\xff", "#"};
    const char text[] = "8 1\n0.5 1\n- 1\n\" 1\n\\n 1\na\xc2\xa0z 1\n\x01\x7f 1\n\xff 1\n# 1\n";
    struct file_map map = write_toy(&(struct toy){.words = words, .vocab = 8, .dim = 1}, word2vec_write_text);
    check_bytes(test, &map, text, sizeof text - 1);
    file_map_close(&map);
}

static const struct test_case cases[] = {
    {"word2vec: exact bytes", exact_bytes},
    {"word2vec: rows end with the dimension", rows_end_with_the_dimension},
    {"word2vec: the hardest numbers read back", the_hardest_numbers_read_back},
    {"word2vec: random numbers read back", random_numbers_read_back},
    {"word2vec: words with blanks are refused", words_with_blanks_are_refused},
    {"word2vec: odd words are written", odd_words_are_written},
};

TEST_MAIN(cases)
