#include "formats/import.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/rng.h"
#include "formats/import_number.h"
#include "formats/import_rows.h"
#include "formats/open.h"
#include "harness.h"

/* --- files in memory --- */

/* A file's bytes, growing; `map` is where they are read, with a page behind the last byte that can't be. */
struct bytes {
    unsigned char *data; /* owned */
    size_t size, capacity;
};

static void put(struct bytes *bytes, const void *more, size_t count) {
    if (bytes->size + count > bytes->capacity) {
        bytes->capacity = 2 * (bytes->size + count);
        bytes->data = realloc(bytes->data, bytes->capacity);
        if (bytes->data == NULL)
            abort();
    }
    if (count > 0)
        memcpy(bytes->data + bytes->size, more, count);
    bytes->size += count;
}

static void put_text(struct bytes *bytes, const char *text) {
    put(bytes, text, strlen(text));
}

static void put_number(struct bytes *bytes, const char *format, float number) {
    char text[64];
    put(bytes, text, (size_t)snprintf(text, sizeof text, format, (double)number));
}

static void free_bytes(struct bytes *bytes) {
    free(bytes->data);
    *bytes = (struct bytes){NULL, 0, 0};
}

/* import_read on data that ends where its page ends and is gone afterwards. */
static bool read_bytes(struct model *model, const void *data, size_t size, size_t threads,
                       struct error *error) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (size + page) / page * page;
    unsigned char *pages = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                                0);
    if (pages == MAP_FAILED || mprotect(pages + room, page, PROT_NONE) != 0)
        abort();
    const struct file_map map = {.data = pages + room - size, .size = size};
    if (size > 0)
        memcpy(pages + room - size, data, size);
    *model = (struct model){.vocab = 0};
    const bool done = import_read(model, &map, "FILE", threads, error);
    munmap(pages, room + page);
    if (!done)
        model_close(model);
    return done;
}

/* The model that `data` is, or the end of the program. */
static struct model read_good(struct test *test, const void *data, size_t size, size_t threads) {
    struct error error = {.kind = ERROR_NONE};
    struct model model;
    if (!read_bytes(&model, data, size, threads, &error)) {
        CHECK_MSG(test, false, "%s", error.text);
        exit(2);
    }
    return model;
}

/* Bit for bit; but a NaN is a NaN. */
static bool same_float(float a, float b) {
    uint32_t a_bits, b_bits;
    memcpy(&a_bits, &a, sizeof a);
    memcpy(&b_bits, &b, sizeof b);
    return a_bits == b_bits || (isnan(a) && isnan(b));
}

/* What holds of every model that was read: whole words, each found, rows padded, norms. */
static void check_sound(struct test *test, const struct model *model) {
    CHECK(test, model->vocab > 0 && model->dim > 0 && model->stride % 16 == 0 &&
                    model->stride >= model->dim && model->stride - model->dim < 16);
    CHECK(test, (uintptr_t)model->input % 64 == 0 && model->output == NULL && model->map.data == NULL);
    CHECK(test, model->slot_count >= 2 * model->vocab && (model->slot_count & (model->slot_count - 1)) == 0);
    CHECK(test, model->starts[0] == 0 && model->starts[model->vocab] == model->text_bytes);
    for (size_t id = 0; id < model->vocab; id++) {
        size_t length, found;
        const char *word = model_word(model, id, &length);
        CHECK_MSG(test, length > 0 && word[length] == '\0' && model->counts[id] == 0, "%zu", id);
        CHECK_MSG(test, model_find(model, word, length, &found) && found == id, "%zu", id);
        const float *row = model->input + id * model->stride;
        double sum = 0;
        for (size_t d = 0; d < model->dim; d++)
            sum += (double)row[d] * (double)row[d];
        const float norm = (float)sqrt(sum);
        CHECK_MSG(test, same_float(norm, model->norms[id]), "%zu: %g", id, (double)model->norms[id]);
        for (size_t d = model->dim; d < model->stride; d++)
            CHECK_MSG(test, row[d] == 0, "%zu: %zu", id, d);
    }
    size_t id;
    CHECK(test, !model_find(model, "not-there", 9, &id));
}

/* --- every format --- */

enum form { BINARY, BINARY_BARE, TEXT, GLOVE, VEC, CRLF, FORMS };

static bool is_binary(enum form form) {
    return form == BINARY || form == BINARY_BARE;
}

static void put_row(struct bytes *bytes, enum form form, const char *word, const float *row, size_t dim) {
    put_text(bytes, word);
    if (is_binary(form)) {
        put_text(bytes, " ");
        put(bytes, row, dim * sizeof *row);
        put_text(bytes, form == BINARY ? "\n" : "");
        return;
    }
    for (size_t d = 0; d < dim; d++)
        put_number(bytes, " %.9g", row[d]);
    put_text(bytes, form == VEC ? " \n" : form == CRLF ? "\r\n" : "\n");
}

static void put_head(struct bytes *bytes, enum form form, size_t vocab, size_t dim) {
    char text[64];
    if (form != GLOVE)
        put(bytes, text,
            (size_t)snprintf(text, sizeof text, "%zu %zu%s\n", vocab, dim, form == CRLF ? "\r" : ""));
}

static struct bytes make_file(enum form form, const char *const *words, size_t vocab, const float *vectors,
                              size_t dim) {
    struct bytes bytes = {NULL, 0, 0};
    put_head(&bytes, form, vocab, dim);
    for (size_t i = 0; i < vocab; i++)
        put_row(&bytes, form, words[i], vectors + i * dim, dim);
    return bytes;
}

static bool record_is(const struct model *model, const char *key, const char *value) {
    size_t length;
    const char *found = model_record(model, key, &length);
    return found != NULL && length == strlen(value) && memcmp(found, value, length) == 0;
}

static void check_model(struct test *test, const struct model *model, const char *const *words, size_t vocab,
                        const float *vectors, size_t dim) {
    check_sound(test, model);
    CHECK_MSG(test, model->vocab == vocab && model->dim == dim, "%zu, %zu", model->vocab, model->dim);
    for (size_t i = 0; i < vocab && model->vocab == vocab && model->dim == dim; i++) {
        size_t length;
        const char *word = model_word(model, i, &length);
        CHECK_MSG(test, strcmp(word, words[i]) == 0, "%s, not %s", word, words[i]);
        CHECK_MSG(test, memcmp(model->input + i * model->stride, vectors + i * dim, dim * sizeof(float)) == 0,
                  "%s", words[i]);
    }
}

static uint64_t count_warnings(const struct model *model) {
    uint64_t sum = 0;
    for (int kind = 0; kind < MODEL_WARNINGS; kind++)
        sum += model->warnings.counts[kind];
    return sum;
}

static void every_format(struct test *test) {
    static const enum model_source sources[FORMS] = {MODEL_WORD2VEC_BINARY, MODEL_WORD2VEC_BINARY,
                                                     MODEL_WORD2VEC_TEXT,   MODEL_GLOVE_TEXT,
                                                     MODEL_WORD2VEC_TEXT,   MODEL_WORD2VEC_TEXT};
    static const char *const names[FORMS] = {"word2vec-binary", "word2vec-binary", "word2vec-text",
                                             "glove-text",      "word2vec-text",   "word2vec-text"};
    const char *const words[] = {"</s>", "na\xc3\xafve", "a\xc2\xa0z", "0.5", "-", "\"", "#", "King", "king"};
    const float vectors[] = {1, -0.5F, 0.1F,   -1e-10F, 123456792.0F, 0,  -0.0F, FLT_MAX / 4, FLT_MIN,
                             3, 0.25F, 7e-42F, 1e9F,    1.0F / 3,     -2, 4,     5,           6};
    for (int form = 0; form < FORMS; form++) {
        struct bytes bytes = make_file((enum form)form, words, 9, vectors, 2);
        struct model model = read_good(test, bytes.data, bytes.size, 1);
        check_model(test, &model, words, 9, vectors, 2);
        CHECK_MSG(test, model.source == sources[form] && record_is(&model, "source", names[form]), "%d",
                  form);
        CHECK(test, record_is(&model, "tokenizer", "whitespace") && model.rules.kind == TOKENIZER_WHITESPACE);
        CHECK(test, model.try_lowercase && model.file_bytes == bytes.size && count_warnings(&model) == 0);
        struct error error = {.kind = ERROR_NONE};
        CHECK(test, model_verify(&model, "FILE", &error));
        model_close(&model);
        CHECK(test, model.input == NULL && model.memory.input == NULL);
        free_bytes(&bytes);
    }
}

static void rows_of_every_length(struct test *test) {
    const char *const words[] = {"a", "b", "c"};
    const size_t dims[] = {1, 2, 15, 16, 17, 300};
    float vectors[3 * 300];
    struct rng rng = rng_seed(3, 0);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        vectors[i] = rng_unit(&rng) - 0.5F;
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        for (int form = 0; form < FORMS; form++) {
            struct bytes bytes = make_file((enum form)form, words, 3, vectors, dims[i]);
            struct model model = read_good(test, bytes.data, bytes.size, 1);
            check_model(test, &model, words, 3, vectors, dims[i]);
            model_close(&model);
            free_bytes(&bytes);
        }
}

/* An odd first row among good ones. */
static void odd_first_rows(struct test *test) {
    const struct {
        const char *text, *word; /* of the first row that is one */
        enum model_warning warning;
    } cases[] = {
        {"new york 1 2 3\nking 1 2 3\nqueen 1 2 4\n", "new york", MODEL_BLANK},
        {"new york 1 2 3\nking 1 2 3\n", "new york", MODEL_BLANK},
        {". . . 1 2 3\r\nking 1 2 3\r\nqueen 1 2 4\r\n", ". . .", MODEL_BLANK},
        {"\n\nnew york 1 2 3\nking 1 2 3\n", "new york", MODEL_BLANK},
        {" 1 2 3\nking 1 2 3\nqueen 1 2 4\n", "king", MODEL_NO_WORD},
        {"\xef\xbb\xbfnew york 1 2 3\nking 1 2 3\n", "new york", MODEL_BLANK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model model = read_good(test, cases[i].text, strlen(cases[i].text), 1);
        size_t length;
        const char *word = model_word(&model, 0, &length);
        CHECK_MSG(test, model.dim == 3 && model.source == MODEL_GLOVE_TEXT, "%s", cases[i].text);
        CHECK_MSG(test, length == strlen(cases[i].word) && memcmp(word, cases[i].word, length) == 0, "%s",
                  cases[i].text);
        CHECK_MSG(test, model.warnings.counts[cases[i].warning] == 1, "%s", cases[i].text);
        model_close(&model);
    }
}

static void loose_text(struct test *test) {
    static const char *const texts[] = {
        "2 3\nking 1 2 3\nqueen 4 5 6\n",
        "\357\273\2772 3\nking 1 2 3\nqueen 4 5 6\n",
        "\xef\xbb\xbfking 1 2 3\nqueen 4 5 6\n",
        "2\t3\nking\t1\t2\t3\nqueen\t4\t5\t6\n",
        " 2 3 \n\n\nking 1 2 3\n \n\nqueen 4 5 6\n\n",
        "2 3\r\nking 1 2 3\r\n\r\nqueen 4 5 6\r\n\r\n",
        "2 3\nking  1   2 3  \n queen 4 5 6\n",
        "2 3\nking 1. +2 3e0\nqueen 0.4E1 50e-1 .6e+1\n",
        "king 1 2 3\n\nqueen 4 5 6\n",
        "002 3\nking 01 2.000 3\nqueen 4 5 6\n",
    };
    const char *const words[] = {"king", "queen"};
    const float vectors[] = {1, 2, 3, 4, 5, 6};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t threads = 1; threads < 5; threads++) {
            struct model model = read_good(test, texts[i], strlen(texts[i]), threads);
            check_model(test, &model, words, 2, vectors, 3);
            CHECK_MSG(test, count_warnings(&model) == 0, "%s", texts[i]);
            model_close(&model);
        }
}

/* By path, whatever the name; and sgns's own. */
static void open_tells_by_content(struct test *test) {
    const char *const words[] = {"a", "b"}, *const names[] = {"x.sgns", "x.txt", "x.bin", "x"};
    const float vectors[] = {1, 2, 3, 4};
    for (int form = 0; form < FORMS; form++) {
        struct bytes bytes = make_file((enum form)form, words, 2, vectors, 2);
        char path[4096];
        struct error error = {.kind = ERROR_NONE};
        struct file_out file;
        struct model model;
        test_path(path, sizeof path, names[form % 4]);
        CHECK(test, file_create(&file, path, &error) && file_write(&file, bytes.data, bytes.size, &error) &&
                        file_commit(&file, &error));
        const bool done = model_open(&model, path, &error);
        CHECK_MSG(test, done, "%s", error.text);
        if (done)
            check_model(test, &model, words, 2, vectors, 2);
        model_close(&model);
        unlink(path);
        free_bytes(&bytes);
    }
}

/* --- threads --- */

static void put_random_rows(struct bytes *bytes, enum form form, size_t count, size_t dim, struct rng *rng) {
    float row[8];
    for (size_t i = 0; i < count; i++) {
        char word[32];
        snprintf(word, sizeof word, "%sw%u%s", rng_next(rng) % 40 == 0 ? "\xff" : "",
                 (unsigned)(rng_next(rng) % 400),
                 rng_next(rng) % 30 == 0 && !is_binary(form) ? " b" : ""); /* some twice, some with blanks */
        for (size_t d = 0; d < dim; d++)
            row[d] = rng_next(rng) % 500 == 0 ? INFINITY : rng_unit(rng);
        put_row(bytes, form, word, row, dim);
        if (rng_next(rng) % 8 == 0 && !is_binary(form))
            put_text(bytes, "\n");
    }
}

static bool same_models(const struct model *a, const struct model *b) {
    return a->vocab == b->vocab && a->dim == b->dim && a->text_bytes == b->text_bytes &&
           memcmp(a->text, b->text, a->text_bytes) == 0 &&
           memcmp(a->input, b->input, a->vocab * a->stride * sizeof(float)) == 0 &&
           memcmp(a->norms, b->norms, a->vocab * sizeof(float)) == 0 &&
           memcmp(a->starts, b->starts, (a->vocab + 1) * sizeof *a->starts) == 0 &&
           memcmp(&a->warnings, &b->warnings, sizeof a->warnings) == 0;
}

static void any_number_of_threads(struct test *test) {
    struct rng rng = rng_seed(11, 0);
    for (int round = 0; round < 12; round++) {
        const enum form form = (enum form)(round % FORMS);
        const size_t count = round < 6 ? 300 : 3;
        struct bytes bytes = {NULL, 0, 0};
        put_head(&bytes, form, count, 5);
        put_random_rows(&bytes, form, count, 5, &rng);
        struct model one = read_good(test, bytes.data, bytes.size, 1);
        check_sound(test, &one);
        for (size_t threads = 2; threads < 10; threads++) {
            struct model more = read_good(test, bytes.data, bytes.size, threads);
            CHECK_MSG(test, same_models(&one, &more), "%d: %zu threads", round, threads);
            model_close(&more);
        }
        CHECK_MSG(test, round >= 6 || (one.warnings.counts[MODEL_DUPLICATE] > 0 && one.vocab < count), "%d",
                  round);
        model_close(&one);
        free_bytes(&bytes);
    }
}

/* --- what is warned of --- */

struct odd {
    const char *text;
    enum model_warning kind;
    uint64_t count, first;
    const char *words; /* those that are kept, each behind a '|' */
};

static const struct odd odds[] = {
    {"3 2\na 1 2\nb 3 4\na 5 6\n", MODEL_DUPLICATE, 1, 4, "|a|b"},
    {"a 1 2\n\nb 3 4\na 5 6\nb 7 8\nc 1 1\n", MODEL_DUPLICATE, 2, 4, "|a|b|c"},
    {"3 2\na 1 2\n 3 4\nc 5 6\n", MODEL_NO_WORD, 1, 3, "|a|c"},
    {"3 2\n 1 2\n\t3 4\nc 5 6\n", MODEL_NO_WORD, 2, 2, "|c"},
    {"2 1\na 1\n\xff\xfe 2\n", MODEL_NOT_UTF8, 1, 3, "|a|\xff\xfe"},
    {"2 1\n\xed\xa0\x80 1\n\xc0\x80 2\n", MODEL_NOT_UTF8, 2, 2, "|\xed\xa0\x80|\xc0\x80"},
    {"2 2\na 1 2\n. . . 3 4\n", MODEL_BLANK, 1, 3, "|a|. . ."},
    {", 1 2\nat name@domain.com 3 4\n", MODEL_BLANK, 1, 2, "|,|at name@domain.com"},
    {"3 2\na nan 2\nb inf 1\nc 1 -Infinity\n", MODEL_NOT_FINITE, 3, 2, "|a|b|c"},
    {"2 2\na 1 2\nb 1e39 1\n", MODEL_NOT_FINITE, 1, 3, "|a|b"},
    {"2 2\na 1 2\nb 3e38 3e38\n", MODEL_NOT_FINITE, 1, 3, "|a|b"},
    {"2 2\na 1 2\nb 3 4", MODEL_NO_NEWLINE, 1, 3, "|a|b"},
    {"a 1 2\nb 3 4\r", MODEL_NO_NEWLINE, 1, 2, "|a|b"},
};

static void check_kept(struct test *test, const struct model *model, const char *words, const char *text) {
    char kept[256] = "";
    for (size_t id = 0; id < model->vocab; id++) {
        size_t length;
        const char *word = model_word(model, id, &length);
        snprintf(kept + strlen(kept), sizeof kept - strlen(kept), "|%s", word);
    }
    CHECK_MSG(test, strcmp(kept, words) == 0, "%s: %s", text, kept);
}

static void oddities_are_counted(struct test *test) {
    for (size_t i = 0; i < sizeof odds / sizeof *odds; i++)
        for (size_t threads = 1; threads < 4; threads++) {
            const struct odd *odd = &odds[i];
            struct model model = read_good(test, odd->text, strlen(odd->text), threads);
            const struct model_warnings *warnings = &model.warnings;
            check_sound(test, &model);
            check_kept(test, &model, odd->words, odd->text);
            CHECK_MSG(test, warnings->counts[odd->kind] == odd->count && count_warnings(&model) == odd->count,
                      "%s: %zu", odd->text, (size_t)warnings->counts[odd->kind]);
            CHECK_MSG(test, warnings->first[odd->kind] == odd->first, "%s: %zu", odd->text,
                      (size_t)warnings->first[odd->kind]);
            model_close(&model);
        }
}

static void oddities_in_binary(struct test *test) {
    const char *const words[] = {"a", "", "b", "a", "\xff", "c"};
    const float vectors[] = {1, 2, 3, NAN, 5, 6};
    for (int form = BINARY; form <= BINARY_BARE; form++) {
        struct bytes bytes = make_file((enum form)form, words, 6, vectors, 1);
        struct model model = read_good(test, bytes.data, bytes.size, 2);
        check_sound(test, &model);
        check_kept(test, &model, "|a|b|\xff|c", "binary");
        CHECK(test, model.input[model.stride] == 3 && model.input[3 * model.stride] == 6);
        const uint64_t expected[MODEL_WARNINGS] = {
            [MODEL_DUPLICATE] = 4, [MODEL_NO_WORD] = 2, [MODEL_NOT_UTF8] = 5, [MODEL_NOT_FINITE] = 4};
        for (int kind = 0; kind < MODEL_WARNINGS; kind++)
            CHECK_MSG(test,
                      model.warnings.first[kind] == expected[kind] &&
                          model.warnings.counts[kind] == (expected[kind] > 0),
                      "%d: %zu", kind, (size_t)model.warnings.first[kind]);
        model_close(&model);
        free_bytes(&bytes);
    }
}

/* --- what is refused --- */

static void check_refused(struct test *test, const void *data, size_t size, const char *says) {
    for (size_t threads = 1; threads < 4; threads++) {
        struct error error = {.kind = ERROR_NONE};
        struct model model;
        CHECK_MSG(test, !read_bytes(&model, data, size, threads, &error) && error.kind == ERROR_INPUT,
                  "%.60s: kind %d", (const char *)data, (int)error.kind);
        CHECK_MSG(test, strncmp(error.text, "FILE: ", 6) == 0 && strstr(error.text, says) != NULL,
                  "%.60s: %s", (const char *)data, error.text);
        if (error.kind == ERROR_NONE)
            model_close(&model);
    }
}

static void damaged_text(struct test *test) {
    static const char *const texts[][2] = {
        {"3 2\nanna 1 2\nb 3 4\n", "truncated: the first line says 3 words, but 2 rows follow"},
        {"1 2\na 1 2\nb 3 4\n", "damaged: the first line says 1 words, but 2 rows follow"},
        {"3 2\n", "\"3 2\""},
        {"3 2", "too few"},
        {"0 2\n", "says 0 words"},
        {"2 0\na\nb\n", "says 0 dims"},
        {"3000000000 1\na 1\n", "truncated or damaged: the first line, \"3000000000 1\""},
        {"1 3000000000\na 1\n", "too few"},
        {"4611686018427387904 4611686018427387904\na 1\n", "too few"},
        {"18446744073709551615 1\na 1\n", "too few"},
        {"1 18446744073709551615\na 1\n", "too few"},
        {"99999999999999999999999999 2\na 1 2\n", "too few"},
        {"2 3\na 1 2 3\nb 4 5\n", "line 3: 2 numbers after the word instead of 3"},
        {"2 3\na 1 2 3\nb 4\n\n\n", "line 3: 1 number after the word instead of 3"},
        {"2 3\na 1 2 3\nbbbbbbb\n", "line 3: 0 numbers after the word"},
        {"2 3\na 1 2 3\nb 4 5 6 7\n", "line 3: 4 numbers after the word instead of 3"},
        {"2 3\na 1 2 3\nb 4 5 6 7 8\n", "line 3: 5 numbers"},
        {"a 1 2 3\nb 4 5 6\nc 7 8\nd 1 1 1\n", "line 3: 2 numbers after the word instead of 3"},
        {"a 1 2 3\nb 4 5 6\nc 7 8", "line 3: 2 numbers after the word instead of 3; the file ends there"},
        {"a 1 2 3\nb 4 5 6\nc 7 8 9a 7 8 9\n", "line 3: 6 numbers"},
        {"2 3\na 1 2 3\n4 5 6\n", "line 3: 2 numbers"},
        {"2 3\na 1 x 3\nb 4 5 6\n", "line 2: \"x\" is not a number; the line should end with 3 numbers"},
        {"2 3\na 1 2 3\n b 4 5,5 6\n", "line 3: \"5,5\" is not a number"},
        {"2 3\na 1 2 3\nb 4 5e 6\n", "line 3: \"5e\" is not a number"},
        {"2 3\na 1 2 3\nb 4 0x5 6\n", "line 3: \"0x5\" is not a number"},
        {"2 3\na 1 2 3\nb 4 -- 6\n", "line 3: \"--\" is not a number"},
        {"2 3\nb 4 \x1b[31m 6\na 1 2 3\n", "line 2: \"\\x1b[31m\" is not a number"},
        {"2 3\nb 4 x\x7fy\xc2\x9bz\xc3\xaf\xff 6\na 1 2 3\n",
         "line 2: \"x\\x7fy\\u009bz\xc3\xaf\xff\" is not a number"},
        {"18446744073709551618 2\na 1 2\nb 3 4\n", "too few"},
        {"2 1\nbb one\naa two\n", "line 2: \"one\" is not a number"},
        {"2 1\n 1\n 2\n", "no row has a word"},
        {"a 1 2 3 4 5 6 7 8 9\nb 1\nc 1\nd 1\ne 1\nf 1\n", "line 1: 9 numbers after the word instead of 1"},
        {"the 1\na 1 2 3\nb 1 2 4\n", "line 1: 1 number after the word instead of 3"},
        {"the 1 2 x\na 1 2 3\nb 1 2 4\n", "line 1: \"x\" is not a number"},
        {"word d1 d2 d3\na 1 2 3\nb 1 2 4\n", "line 1: \"d1\" is not a number"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_refused(test, texts[i][0], strlen(texts[i][0]), texts[i][1]);
    check_refused(test, "2 1\na 1\nb\0b 2\n", 14, "line 3: a NUL byte in the word");
}

static void damaged_binary(struct test *test) {
    struct {
        const char *bytes;
        size_t size;
        const char *says;
    } files[] = {
        {"2 1\na \0\0\0\0b \0\0\0\0c", 17,
         "says 2 words of 1 dims, which would end at byte 16, but the file has 17 bytes"},
        {"2 1\na \0\0\0\0b \0\0\0\0\n\n", 18, "which would end at byte 17, but the file has 18 bytes"},
        {"1 1\na \0\0\0\0\nb \0\0\0\0\n", 18,
         "says 1 words of 1 dims, which would end at byte 11, but the file has 18 bytes"},
        {"2 1\na \0\0\0\0\nb \0\0\0", 16, "truncated or damaged: the file ends in row 2 of 2, at byte 16"},
        {"2 1\nabcd \0\0\0\0\nb", 15, "the file ends in row 2 of 2, at byte 15"},
        {"2 1\nabcde \0\0\0\0", 14, "the file ends in row 2 of 2, at byte 14"},
        {"3 1\nanna \0\0\0\0b \0\0\0\0", 19, "truncated or damaged: the file ends in row 3 of 3, at byte 19"},
        {"9 1\na \0\0\0\0b \0\0\0\0", 16, "the 12 bytes after it are too few"},
        {"2 9\na \0\0\0\0b \0\0\0\0", 16, "the 12 bytes after it are too few"},
        {"2 1\na \0\0\0\0\0b \0\0\0\0", 17, "a NUL byte in the word of row 2 of 2, at byte 10"},
        {"4294967295 300\n\0\0\0\0", 19, "too few"},
        {"1 4611686018427387904\na \0\0\0\0", 28, "too few"},
        {"4611686018427387904 1\na \0\0\0\0", 28, "too few"},
        {"0 1\na \0\0\0\0", 10, "says 0 words"},
        {"1 0\na \0\0\0\0", 10, "says 0 dims"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        check_refused(test, files[i].bytes, files[i].size, files[i].says);
}

static void endless_words(struct test *test) {
    struct bytes text = {NULL, 0, 0}, binary = {NULL, 0, 0};
    char *word = malloc(IMPORT_WORD_BYTES_MAX + 1);
    if (word == NULL)
        abort();
    memset(word, 'x', IMPORT_WORD_BYTES_MAX + 1);
    for (size_t over = 0; over < 2; over++) {
        put_text(&text, "1 1\n");
        put(&text, word, IMPORT_WORD_BYTES_MAX + over);
        put_text(&text, " 1\n");
        put(&binary, "2 1\na \0\0\0\0", 10);
        put(&binary, word, IMPORT_WORD_BYTES_MAX + over);
        put(&binary, " \0\0\0\0", 5);
        if (over > 0) {
            check_refused(test, text.data, text.size, "line 2: a word of 65536 bytes is too long");
            check_refused(test, binary.data, binary.size, "no word in row 2 of 2, at byte 10");
        } else {
            struct model model = read_good(test, text.data, text.size, 1);
            check_sound(test, &model);
            model_close(&model);
            model = read_good(test, binary.data, binary.size, 1);
            check_sound(test, &model);
            model_close(&model);
        }
        free_bytes(&text);
        free_bytes(&binary);
    }
    free(word);
}

static void what_is_no_model(struct test *test) {
    static const char *const texts[][2] = {
        {"", "not a model: the file is empty"},
        {"the king and the queen\nof the land\n",
         "not a model but text; train one on it first: sgns train FILE -o"},
        {"chapter 1\nit was a dark night\n", "not a model but text"},
        {"chapter 1\nit was\na night in 1\nand so on\n", "not a model but text"},
        {"king queen 8.5\nman woman 7\nparis rome 5\n", "not a model but text"},
        {"na\xc3\xafve words", "not a model but text"},
        {"\n", "not a model but text"},
        {"word\n", "not a model but text"},
        {" 1 2 3\n", "not a model but text"},
        {"\x1f\x8b\x08 and more", "compressed with gzip; decompress it first"},
        {"PK\x03\x04 and more", "a zip archive"},
        {"BZh91AY", "bzip2"},
        {"\xfd"
         "7zXZ",
         "with xz"},
        {"\xba\x16\x4f\x2f\x0c", "a fastText model"},
        {"\x80\x04\x95", "a Python pickle"},
        {"\x93NUMPY\x01", "NumPy"},
        {"\x7f"
         "ELF\x01\x02",
         "not a model: neither sgns's own format, nor word2vec's"},
        {"words \x7f", "not a model: neither"},
        {"caf\xe9 noir", "not a model: neither"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_refused(test, texts[i][0], strlen(texts[i][0]), texts[i][1]);
}

static void text_is_told_by_whole_characters(struct test *test) {
    static const char letter[] = {'\xf0', '\x90', '\x90', '\xa8'};
    char text[2048];
    for (size_t at = 1015; at < 1030; at++) {
        memset(text, 'x', sizeof text);
        memcpy(text + at, letter, sizeof letter);
        check_refused(test, text, sizeof text, "not a model but text");
    }
}

static void more_numbers_are_no_truncation(struct test *test) {
    static const char text[] = "a 1 2\nb 3 4 5";
    struct error error = {.kind = ERROR_NONE};
    struct model model;
    CHECK(test, !read_bytes(&model, text, sizeof text - 1, 1, &error));
    CHECK_MSG(test, strcmp(error.text, "FILE: line 2: 3 numbers after the word instead of 2") == 0, "%s",
              error.text);
}

/* Of several damaged lines, the first is told, whichever thread meets it. */
static void the_first_damage_is_told(struct test *test) {
    struct bytes bytes = {NULL, 0, 0};
    put_text(&bytes, "40 2\n");
    for (int i = 0; i < 40; i++) {
        char line[32];
        snprintf(line, sizeof line, i % 9 == 7 ? "w%d 1 x\n" : "w%d 1 2\n", i);
        put_text(&bytes, line);
    }
    for (size_t threads = 1; threads < 12; threads++) {
        struct error error = {.kind = ERROR_NONE};
        struct model model;
        CHECK(test, !read_bytes(&model, bytes.data, bytes.size, threads, &error));
        CHECK_MSG(test, strstr(error.text, "line 9: \"x\"") != NULL, "%zu threads: %s", threads, error.text);
    }
    free_bytes(&bytes);
}

/* --- random damage --- */

static const char *const fuzz_words[] = {"the", "of", "na\xc3\xafve", "king", "don't"};
static const float fuzz_vectors[] = {0.125F,  -0.5F, 0.1F, 1, 2,     3.75F, -1e-5F, 0.7F,
                                     -0.625F, 8,     9,    0, 1e20F, 11.5F, 0.0625F};

/* Cut anywhere, a file is refused or says that it may be cut; except for a file without header between two
 * rows. */
static void every_truncation(struct test *test) {
    for (int form = 0; form < FORMS; form++) {
        struct bytes bytes = make_file((enum form)form, fuzz_words, 5, fuzz_vectors, 3);
        for (size_t size = 0; size < bytes.size; size++) {
            struct error error = {.kind = ERROR_NONE};
            struct model model;
            if (!read_bytes(&model, bytes.data, size, 1 + size % 3, &error)) {
                CHECK_MSG(test, error.kind == ERROR_INPUT && error.text[0] != '\0', "%d: %zu", form, size);
                continue;
            }
            check_sound(test, &model);
            const bool whole = model.vocab == 5, row_end = size > 0 && bytes.data[size - 1] == '\n';
            CHECK_MSG(test,
                      (form == BINARY && size == bytes.size - 1) ||
                          (!is_binary((enum form)form) && model.warnings.counts[MODEL_NO_NEWLINE] == 1 &&
                           (whole || form == GLOVE)) ||
                          (form == GLOVE && row_end),
                      "form %d cut to %zu bytes", form, size);
            model_close(&model);
        }
        free_bytes(&bytes);
    }
}

static void random_damage(struct test *test) {
    static const unsigned char letters[] = "0 \n-9e\t\r";
    struct rng rng = rng_seed(5, 0);
    int good = 0;
    for (int round = 0; round < 6000; round++) {
        struct bytes bytes = make_file((enum form)(round % FORMS), fuzz_words, 5, fuzz_vectors, 3);
        for (uint64_t flips = rng_next(&rng) % 4; flips < 4; flips++) {
            const size_t at = (size_t)(rng_next(&rng) % bytes.size);
            const uint64_t value = rng_next(&rng);
            bytes.data[at] = value % 2 ? (unsigned char)(value >> 8) : letters[(value >> 8) % 8];
        }
        struct error error = {.kind = ERROR_NONE};
        struct model model;
        if (read_bytes(&model, bytes.data, bytes.size, 1 + (size_t)round % 3, &error)) {
            check_sound(test, &model);
            model_close(&model);
            good++;
        } else
            CHECK_MSG(test, error.kind == ERROR_INPUT && strncmp(error.text, "FILE: ", 6) == 0, "%s",
                      error.text);
        free_bytes(&bytes);
    }
    CHECK_MSG(test, good > 600 && good < 5400, "%d", good);
}

/* Short strings of what the formats are made of. */
static void random_files(struct test *test) {
    static const char letters[] = "0123 19 \n\n\n  ab.-e+\t\r\xc3\xaf\xff"
                                  "nif\0";
    struct rng rng = rng_seed(6, 0);
    int good = 0;
    for (int round = 0; round < 20000; round++) {
        char text[40];
        const size_t size = (size_t)(rng_next(&rng) % sizeof text);
        for (size_t i = 0; i < size; i++)
            text[i] = letters[rng_next(&rng) % sizeof letters];
        struct error error = {.kind = ERROR_NONE};
        struct model model;
        if (read_bytes(&model, text, size, 1 + (size_t)round % 2, &error)) {
            check_sound(test, &model);
            model_close(&model);
            good++;
        } else
            CHECK_MSG(test, error.kind == ERROR_INPUT, "%s", error.text);
    }
    CHECK_MSG(test, good > 10, "%d", good);
}

/* --- numbers --- */

static void check_number(struct test *test, const char *text) {
    const size_t length = strlen(text);
    char room[1200];
    float read = 123, expected = strtof(text, NULL);
    snprintf(room, sizeof room, "%s9", text); /* what is behind the end must not count */
    const unsigned char *at = (const unsigned char *)room, *stop = import_number(at, at + length, &read);
    CHECK_MSG(test, stop == at + length, "%s", text);
    CHECK_MSG(test, same_float(read, expected), "%s read as %a, not %a", text, (double)read,
              (double)expected);
    room[length] = ' ';
    CHECK_MSG(test, import_number(at, at + length + 1, &read) == at + length, "%s", text);
}

static const char *const good_numbers[] = {"0",
                                           "-0",
                                           "+0",
                                           "0.0",
                                           "-0.0e5",
                                           "00000",
                                           ".5",
                                           "5.",
                                           "-.5",
                                           "+5.e1",
                                           "1e5",
                                           "1E-5",
                                           "1e+05",
                                           "1e00005",
                                           "3.4028234663852886e38",
                                           "3.4028235677973366e38",
                                           "3.4028235677973365e38",
                                           "1e38",
                                           "1e39",
                                           "-1e39",
                                           "1e999999999",
                                           "1e-999999999999",
                                           "1.17549435e-38",
                                           "1.17549421e-38",
                                           "1.4e-45",
                                           "7e-46",
                                           "7.1e-46",
                                           "0.7006492321624085e-45",
                                           "16777217",
                                           "16777219",
                                           "16777217.0000001",
                                           "33554434",
                                           "33554435",
                                           "33554433.999999999999999999999",
                                           "0.100000001490116119384765625",
                                           "0.1000000052154064178466796875",
                                           "0.10000000521540641784667968749999999",
                                           "0.10000000521540641784667968750000001",
                                           "9007199254740993",
                                           "18446744073709551616",
                                           "99999999999999999999999",
                                           "0.000000000000000000000000000000000000000000001",
                                           "100000000000000000000000000000000000000",
                                           "1e22",
                                           "1e23",
                                           "1e32",
                                           "1e33",
                                           "1e-32",
                                           "1e-33",
                                           "900000000000000000",
                                           "9000000000000000001",
                                           "0.9000000000000000001",
                                           "nan",
                                           "NaN",
                                           "-nan",
                                           "inf",
                                           "-inf",
                                           "+Inf",
                                           "INFINITY",
                                           "-infinity"};
static const char *const bad_numbers[] = {"",          "-",      "+",   ".",     "-.",  "e5",   ".e5",
                                          "1e",        "1e+",    "1e-", "1.2.3", "1,5", "0x10", "0x1p3",
                                          "1f",        "1d5",    "--1", "+-1",   "1-",  "in",   "infi",
                                          "infinityx", "nan(1)", "na",  "one",   "1_0", "1\n"};

static void odd_numbers(struct test *test) {
    for (size_t i = 0; i < sizeof good_numbers / sizeof *good_numbers; i++)
        check_number(test, good_numbers[i]);
    for (size_t i = 0; i < sizeof bad_numbers / sizeof *bad_numbers; i++) {
        float read = 123;
        const unsigned char *at = (const unsigned char *)bad_numbers[i];
        CHECK_MSG(test, import_number(at, at + strlen(bad_numbers[i]), &read) == NULL && read == 123, "%s",
                  bad_numbers[i]);
    }
}

/* As many digits as are allowed, and one more. */
static void long_numbers(struct test *test) {
    char text[1100];
    memset(text, '1', sizeof text);
    text[1] = '.';
    text[1000] = '\0';
    check_number(test, text);
    memset(text + 2, '0', 900);
    check_number(test, text);
    memcpy(text + 995, "e0900", 5);
    text[1] = '0';
    text[2] = '.';
    check_number(test, text);
    float read;
    const unsigned char *at = (const unsigned char *)text;
    memset(text, '1', sizeof text);
    CHECK(test, import_number(at, at + 1001, &read) == NULL);
    CHECK(test, import_number(at, at + 1100, &read) == NULL);
    memset(text, '0', sizeof text);
    CHECK(test, import_number(at, at + 1001, &read) == NULL);
}

/* A random float: of any size, or of those that vectors have. */
static float random_float(struct rng *rng) {
    const uint32_t bits = (uint32_t)rng_next(rng);
    float any;
    memcpy(&any, &bits, sizeof any);
    return rng_next(rng) % 4 == 0 && isfinite(any) ? any : 2 * rng_unit(rng) - 1;
}

static void random_numbers(struct test *test) {
    static const char *const formats[] = {"%.9g", "%.6g", "%g", "%.8e", "%.17g", "%.12f", "%.5f", "%.25g"};
    struct rng rng = rng_seed(7, 0);
    for (int i = 0; i < 160000; i++) {
        char text[128];
        snprintf(text, sizeof text, formats[i % 8], (double)random_float(&rng));
        check_number(test, text);
    }
}

/* The fewest digits that read back, as NumPy and gensim write. */
static void shortest_numbers(struct test *test) {
    struct rng rng = rng_seed(8, 0);
    for (int i = 0; i < 20000; i++) {
        const float number = random_float(&rng);
        char text[64];
        for (int digits = 1; digits < 10; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, (double)number);
            if (strtof(text, NULL) == number)
                break;
        }
        check_number(test, text);
    }
}

/* On the middle between two floats, and a few doubles beside it, in many digits and in few. */
static void numbers_near_the_middle(struct test *test) {
    struct rng rng = rng_seed(9, 0);
    for (int i = 0; i < 60000; i++) {
        const float low = random_float(&rng), high = nextafterf(low, INFINITY);
        double middle = ((double)low + (double)high) / 2;
        for (uint64_t steps = rng_next(&rng) % 12; steps > 0; steps--)
            middle = nextafter(middle, i % 2 ? INFINITY : -INFINITY);
        char text[128];
        snprintf(text, sizeof text, "%.*g", 14 + (int)(rng_next(&rng) % 14), middle);
        check_number(test, text);
    }
}

static const struct test_case cases[] = {
    {"import: every format", every_format},
    {"import: rows of every length", rows_of_every_length},
    {"import: blanks, blank lines, a byte order mark", loose_text},
    {"import: odd first rows", odd_first_rows},
    {"import: opened by content, not by name", open_tells_by_content},
    {"import: any number of threads", any_number_of_threads},
    {"import: oddities are counted", oddities_are_counted},
    {"import: oddities in binary", oddities_in_binary},
    {"import: damaged text", damaged_text},
    {"import: damaged binary", damaged_binary},
    {"import: endless words", endless_words},
    {"import: what is no model", what_is_no_model},
    {"import: text is told by whole characters", text_is_told_by_whole_characters},
    {"import: more numbers are no truncation", more_numbers_are_no_truncation},
    {"import: the first damage is told", the_first_damage_is_told},
    {"import: every truncation", every_truncation},
    {"import: random damage", random_damage},
    {"import: random files", random_files},
    {"import: odd numbers", odd_numbers},
    {"import: long numbers", long_numbers},
    {"import: random numbers", random_numbers},
    {"import: shortest numbers", shortest_numbers},
    {"import: numbers near the middle of two floats", numbers_near_the_middle},
};

TEST_MAIN(cases)
