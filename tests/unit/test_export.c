#include "formats/export_formats.h"

#include <float.h>
#include <math.h>

#include "base/rng.h"
#include "float_bits.h"
#include "query/lookup.h"
#include "toy_model.h"

/* --- exports --- */

/* What sgns export is told. */
struct job {
    const char *format;
    const char *list; /* the text of a list of words, or NULL for all words */
    enum export_rows_vectors vectors;
    bool unit, skip;
    int digits;
};

struct outcome {
    struct error error;
    struct export_rows_skipped listed;
    struct export_format_skipped unfit;
    struct file_map maps[EXPORT_FILES_MAX];
};

static void write_list(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        exit(2);
}

static bool select_rows(struct export_rows *rows, const struct model *model, const struct job *job,
                        const struct export_format *format, struct outcome *outcome) {
    char path[4096];
    bool done = export_rows_create(rows, model, job->vectors, job->unit, &outcome->error);
    if (done && job->list != NULL) {
        write_list(test_path(path, sizeof path, "list"), job->list);
        done = export_rows_list(rows, path, lookup_word, NULL, &outcome->listed, &outcome->error);
        unlink(path);
    }
    return done && export_format_fit(format, rows, job->skip, &outcome->unfit, &outcome->error);
}

static bool write_files(struct export_rows *rows, const struct job *job, const struct export_format *format,
                        struct outcome *outcome) {
    struct file_out files[EXPORT_FILES_MAX] = {{.descriptor = -1}, {.descriptor = -1}};
    char path[4096];
    bool done = true;
    size_t count = 0;
    for (; done && count < EXPORT_FILES_MAX && format->suffixes[count] != NULL; count++)
        done = file_create(&files[count], test_path(path, sizeof path, format->suffixes[count]),
                           &outcome->error);
    done = done && format->write(files, rows, job->digits, &outcome->error);
    for (size_t i = 0; i < count; i++) {
        test_path(path, sizeof path, format->suffixes[i]);
        done = done && file_commit(&files[i], &outcome->error) &&
               file_map_open(&outcome->maps[i], path, &outcome->error);
        file_abandon(&files[i]);
        unlink(path);
    }
    return done;
}

/* `write` false: only looks whether it could. */
static struct outcome try_model(const struct model *model, const struct job *job, bool write) {
    struct outcome outcome = {.error = {.kind = ERROR_NONE}};
    const struct export_format *format = export_format_find(job->format);
    struct export_rows rows = {0};
    if (format == NULL)
        exit(2);
    const bool done = select_rows(&rows, model, job, format, &outcome) &&
                      (!write || write_files(&rows, job, format, &outcome));
    if (done != (outcome.error.kind == ERROR_NONE))
        exit(2);
    export_rows_free(&rows);
    return outcome;
}

static struct outcome export_model(const struct model *model, const struct job *job) {
    return try_model(model, job, true);
}

static struct outcome export_toy(const struct toy *toy, const struct job *job) {
    struct model model = toy_open(toy);
    const struct outcome outcome = export_model(&model, job);
    model_close(&model);
    return outcome;
}

static void close_outcome(struct outcome *outcome) {
    for (size_t i = 0; i < EXPORT_FILES_MAX; i++)
        file_map_close(&outcome->maps[i]);
}

static void check_bytes(struct test *test, const char *name, const struct file_map *map, const char *bytes,
                        size_t count) {
    CHECK_MSG(test, map->size == count, "%s: %zu bytes, not %zu", name, map->size, count);
    CHECK_MSG(test, map->size == count && memcmp(map->data, bytes, count) == 0, "%s: %.*s", name,
              (int)map->size, (const char *)map->data);
}

/* The export succeeds, and its first file is `text`. */
static void check_text(struct test *test, const struct toy *toy, const struct job *job, const char *text) {
    struct outcome outcome = export_toy(toy, job);
    CHECK_MSG(test, outcome.error.kind == ERROR_NONE, "%s: %s", job->format, outcome.error.text);
    check_bytes(test, job->format, &outcome.maps[0], text, strlen(text));
    close_outcome(&outcome);
}

/* --- exact bytes --- */

#define VECTOR_0 "\x00\x00\x80\x3f\x00\x00\x00\xbf"
#define VECTOR_1 "\xcd\xcc\xcc\x3d\xff\xe6\xdb\xae"
#define VECTOR_2 "\xa3\x79\xeb\x4c\x00\x00\x00\x00"
#define VOCAB "the\nna\xc3\xafve\nx\n"

struct golden {
    const char *format, *first;
    size_t first_bytes;
    const char *second; /* or NULL */
};

#define GOLDEN(format, first, second) \
    { format, first, sizeof(first) - 1, second }

/* Exports of one model. */
static void check_golden(struct test *test, const struct golden *golden, size_t count) {
    const char *const words[] = {"the", "na\xc3\xafve", "x"};
    const float vectors[] = {1, -0.5F, 0.1F, -1e-10F, 123456792.0F, 0};
    const struct toy toy = {.words = words, .vocab = 3, .dim = 2, .vectors = vectors};
    for (size_t i = 0; i < count; i++) {
        struct outcome outcome = export_toy(&toy, &(struct job){.format = golden[i].format});
        check_bytes(test, golden[i].format, &outcome.maps[0], golden[i].first, golden[i].first_bytes);
        if (golden[i].second != NULL)
            check_bytes(test, golden[i].format, &outcome.maps[1], golden[i].second, strlen(golden[i].second));
        CHECK_MSG(test,
                  (export_format_find(golden[i].format)->suffixes[1] != NULL) == (golden[i].second != NULL),
                  "%s", golden[i].format);
        close_outcome(&outcome);
    }
}

static void exact_bytes(struct test *test) {
    const struct golden golden[] = {
        GOLDEN("word2vec",
               "3 2\n"
               "the " VECTOR_0 "\n"
               "na\xc3\xafve " VECTOR_1 "\n"
               "x " VECTOR_2 "\n",
               NULL),
        GOLDEN("npy",
               "\x93NUMPY\x01\x00\x76\x00"
               "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"
               "                                                          \n" VECTOR_0 VECTOR_1 VECTOR_2,
               VOCAB),
        GOLDEN("fvecs", "\x02\x00\x00\x00" VECTOR_0 "\x02\x00\x00\x00" VECTOR_1 "\x02\x00\x00\x00" VECTOR_2,
               VOCAB),
        GOLDEN("safetensors",
               "\x40\x00\x00\x00\x00\x00\x00\x00"
               "{\"vectors\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}} " VECTOR_0 VECTOR_1
                   VECTOR_2,
               VOCAB),
    };
    check_golden(test, golden, sizeof golden / sizeof *golden);
}

static void exact_texts(struct test *test) {
    const struct golden golden[] = {
        GOLDEN("word2vec-text",
               "3 2\n"
               "the 1 -0.5\n"
               "na\xc3\xafve 0.1 -1e-10\n"
               "x 123456790 0\n",
               NULL),
        GOLDEN("glove",
               "the 1 -0.5\n"
               "na\xc3\xafve 0.1 -1e-10\n"
               "x 123456790 0\n",
               NULL),
        GOLDEN("tensorboard",
               "1\t-0.5\n"
               "0.1\t-1e-10\n"
               "123456790\t0\n",
               VOCAB),
        GOLDEN("jsonl",
               "{\"word\":\"the\",\"vector\":[1,-0.5]}\n"
               "{\"word\":\"na\xc3\xafve\",\"vector\":[0.1,-1e-10]}\n"
               "{\"word\":\"x\",\"vector\":[123456790,0]}\n",
               NULL),
        GOLDEN("pgvector",
               "BEGIN;\n"
               "CREATE TABLE IF NOT EXISTS word_vectors (word text PRIMARY KEY, embedding vector(2));\n"
               "COPY word_vectors (word, embedding) FROM stdin;\n"
               "the\t[1,-0.5]\n"
               "na\xc3\xafve\t[0.1,-1e-10]\n"
               "x\t[123456790,0]\n"
               "\\.\n"
               "COMMIT;\n",
               NULL),
    };
    check_golden(test, golden, sizeof golden / sizeof *golden);
}

/* Rows as long as the stride, and rows with none of its zeros in the file. */
static void rows_end_with_the_dimension(struct test *test) {
    const char *const words[] = {"a", "b"};
    const size_t dims[] = {1, 10, 15, 16, 17, 63, 64, 65, 300};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++) {
        char head[32];
        const size_t dim = dims[i], length = (size_t)snprintf(head, sizeof head, "2 %zu\n", dim);
        const struct toy toy = {.words = words, .vocab = 2, .dim = dim};
        struct outcome outcome = export_toy(&toy, &(struct job){.format = "word2vec"});
        const struct file_map *map = &outcome.maps[0];
        CHECK_MSG(test, map->size == length + 2 * (2 + 4 * dim + 1), "%zu: %zu", dim, map->size);
        CHECK(test, memcmp(map->data, head, length) == 0 && map->data[map->size - 1] == '\n');
        close_outcome(&outcome);
        outcome = export_toy(&toy, &(struct job){.format = "word2vec-text"});
        CHECK_MSG(test, map->size == length + 2 * (1 + 2 * dim + 1), "%zu: %zu", dim, map->size);
        close_outcome(&outcome);
        outcome = export_toy(&toy, &(struct job){.format = "fvecs"});
        CHECK_MSG(test, map->size == 2 * (4 + 4 * dim), "%zu: %zu", dim, map->size);
        close_outcome(&outcome);
        outcome = export_toy(&toy, &(struct job){.format = "npy"});
        CHECK_MSG(test, map->size == 128 + 8 * dim, "%zu: %zu", dim, map->size);
        close_outcome(&outcome);
        outcome = export_toy(&toy, &(struct job){.format = "safetensors"});
        CHECK_MSG(test, map->size == 8 + (size_t)(dim > 12 ? 72 : 64) + 8 * dim, "%zu: %zu", dim, map->size);
        close_outcome(&outcome);
    }
}

static void precision(struct test *test) {
    const char *const words[] = {"a"};
    const float vectors[] = {0.1F, -2.0F / 3, 123456.789F, 1e-20F};
    const struct toy toy = {.words = words, .vocab = 1, .dim = 4, .vectors = vectors};
    check_text(test, &toy, &(struct job){.format = "glove", .digits = 1}, "a 0.1 -0.7 100000 1e-20\n");
    check_text(test, &toy, &(struct job){.format = "glove", .digits = 4}, "a 0.1 -0.6667 123500 1e-20\n");
    check_text(test, &toy, &(struct job){.format = "jsonl", .digits = 3},
               "{\"word\":\"a\",\"vector\":[0.1,-0.667,123000,1e-20]}\n");
    check_text(test, &toy, &(struct job){.format = "tensorboard", .digits = 9},
               "0.100000001\t-0.666666687\t123456.789\t9.99999968e-21\n");
}

/* --- numbers that read back --- */

/* Every number of the one row in a text, read back. */
static void check_numbers(struct test *test, const char *format, const float *numbers, size_t count) {
    const char *const word = "w";
    const struct toy toy = {.words = &word, .vocab = 1, .dim = count, .vectors = numbers};
    struct outcome outcome = export_toy(&toy, &(struct job){.format = format});
    const struct file_map *map = &outcome.maps[0];
    char *text = malloc(map->size + 1);
    if (text == NULL)
        abort();
    memcpy(text, map->data, map->size);
    text[map->size] = '\0';
    char *at = text;
    for (size_t i = 0; i < count; i++) {
        at += strcspn(at, "-0123456789");
        const float read = strtof(at, &at);
        CHECK_MSG(test, bits_of(read) == bits_of(numbers[i]), "%s, number %zu: %08x read as %08x", format, i,
                  (unsigned)bits_of(numbers[i]), (unsigned)bits_of(read));
    }
    CHECK_MSG(test, at[strcspn(at, "0123456789")] == '\0', "%s: %s", format, at);
    free(text);
    close_outcome(&outcome);
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
                             8.5899346e9F};
    check_numbers(test, "glove", numbers, sizeof numbers / sizeof *numbers);
    check_numbers(test, "tensorboard", numbers, sizeof numbers / sizeof *numbers);
    check_numbers(test, "jsonl", numbers, sizeof numbers / sizeof *numbers);
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
    check_numbers(test, "glove", numbers, COUNT);
    free(numbers);
}

/* --- vectors --- */

static void context_vectors(struct test *test) {
    const char *const words[] = {"a", "b"};
    const float vectors[] = {1, 2, 3, 4}, contexts[] = {5, 6, 7, 8};
    const struct toy toy = {.words = words, .vocab = 2, .dim = 2, .vectors = vectors, .contexts = contexts};
    check_text(test, &toy, &(struct job){.format = "glove"}, "a 1 2\nb 3 4\n");
    check_text(test, &toy, &(struct job){.format = "glove", .vectors = EXPORT_CONTEXT_VECTORS},
               "a 5 6\nb 7 8\n");
}

/* The longest and the shortest lengths that floats can have, and none at all. */
static void vectors_of_length_1(struct test *test) {
    const char *const words[] = {"a", "b", "c", "d", "e"};
    const float vectors[] = {3, 4, -2, 0, 0, -0.0F, FLT_MAX, FLT_MAX, float_of(3), -float_of(4)};
    const float contexts[] = {0, 7, 1, 0, 1, 0, 1, 0, 1, 0};
    const struct toy toy = {.words = words, .vocab = 5, .dim = 2, .vectors = vectors, .contexts = contexts};
    check_text(test, &toy, &(struct job){.format = "glove", .unit = true},
               "a 0.6 0.8\nb -1 0\nc 0 -0\nd 0.70710677 0.70710677\ne 0.6 -0.8\n");
    check_text(test, &toy, &(struct job){.format = "glove", .unit = true, .vectors = EXPORT_CONTEXT_VECTORS},
               "a 0 1\nb 1 0\nc 1 0\nd 1 0\ne 1 0\n");
}

/* --- lists of words --- */

static const char *const listable[] = {"the", "cat's", "a b", "\xc3\xa9t\xc3\xa9"};

static void check_list(struct test *test, const char *list, const char *text, uint64_t missing,
                       uint64_t repeated, const char *first) {
    const float vectors[] = {0, 1, 2, 3};
    const struct toy toy = {.words = listable, .vocab = 4, .dim = 1, .vectors = vectors};
    struct outcome outcome = export_toy(&toy, &(struct job){.format = "jsonl", .list = list});
    check_bytes(test, list, &outcome.maps[0], text, strlen(text));
    CHECK_MSG(test, outcome.listed.missing == missing && outcome.listed.repeated == repeated,
              "%s: %llu missing, %llu repeated", list, (unsigned long long)outcome.listed.missing,
              (unsigned long long)outcome.listed.repeated);
    CHECK_MSG(test, strcmp(outcome.listed.first, first) == 0, "%s: %s", list, outcome.listed.first);
    close_outcome(&outcome);
}

#define ROW_THE "{\"word\":\"the\",\"vector\":[0]}\n"
#define ROW_CAT "{\"word\":\"cat's\",\"vector\":[1]}\n"
#define ROW_A_B "{\"word\":\"a b\",\"vector\":[2]}\n"
#define ROW_ETE "{\"word\":\"\xc3\xa9t\xc3\xa9\",\"vector\":[3]}\n"

static void listed_words(struct test *test) {
    check_list(test, "cat's\nthe\n", ROW_CAT ROW_THE, 0, 0, "");
    check_list(test, "the", ROW_THE, 0, 0, "");
    check_list(test, "\n\nthe\r\n\r\na b\r\n", ROW_THE ROW_A_B, 0, 0, "");
    check_list(test, "The\nCAT\xe2\x80\x99S\n\xc3\x89t\xc3\xa9.\n", ROW_THE ROW_CAT ROW_ETE, 0, 0, "");
    check_list(test, "the\nThe\na b\nthe\n", ROW_THE ROW_A_B, 0, 2, "");
    check_list(test, "dog\nthe\nthe cat\ta\xff\nA B\n", ROW_THE, 3, 0, "dog");
    check_list(test, "the cat\ta\xff\nthe\n", ROW_THE, 1, 0, "the cat\\ta\xff");
}

static void lists_without_words(struct test *test) {
    const struct toy toy = {.words = listable, .vocab = 4, .dim = 1};
    const char *const lists[] = {"", "\n", "\r\n", "dog\n"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct outcome outcome = export_toy(&toy, &(struct job){.format = "jsonl", .list = lists[i]});
        CHECK_MSG(test,
                  outcome.error.kind == ERROR_INPUT &&
                      strcmp(outcome.error.text, "no words are left to export") == 0,
                  "%zu: %s", i, outcome.error.text);
        close_outcome(&outcome);
    }
}

static void lists_that_cannot_be_read(struct test *test) {
    const char *const folder = "/", *const none = "/nowhere/list";
    struct model model = toy_open(&(struct toy){.words = listable, .vocab = 4, .dim = 1});
    struct error error = {.kind = ERROR_NONE};
    struct export_rows rows;
    struct export_rows_skipped skipped;
    CHECK(test, export_rows_create(&rows, &model, EXPORT_WORD_VECTORS, false, &error));
    CHECK(test,
          !export_rows_list(&rows, folder, lookup_word, NULL, &skipped, &error) && error.kind == ERROR_INPUT);
    CHECK_MSG(test, strcmp(error.text, "/: a folder, not a file") == 0, "%s", error.text);
    error.kind = ERROR_NONE;
    CHECK(test,
          !export_rows_list(&rows, none, lookup_word, NULL, &skipped, &error) && error.kind == ERROR_INPUT);
    CHECK_MSG(test, strncmp(error.text, "/nowhere/list: can't open: ", 27) == 0, "%s", error.text);
    export_rows_free(&rows);
    model_close(&model);
}

/* --- rows that do not fit --- */

struct misfit {
    const char *word, *fault;
    const char *formats; /* those that can't hold it for that fault */
    const char *others;  /* those that have another; NULL for none */
};

#define BLANKS_FORMATS " word2vec word2vec-text glove "
#define VOCAB_FORMATS " npy fvecs safetensors "
#define LINES_FORMATS VOCAB_FORMATS " tensorboard "

static bool lists_format(const char *names, const char *name) {
    char padded[64];
    snprintf(padded, sizeof padded, " %s ", name);
    return names != NULL && strstr(names, padded) != NULL;
}

static void check_misfit(struct test *test, const struct model *model, const struct misfit *misfit,
                         const struct export_format *format) {
    char says[400];
    struct outcome outcome = try_model(model, &(struct job){.format = format->name}, false);
    const bool refused = lists_format(misfit->formats, format->name);
    snprintf(says, sizeof says, "%s can't hold %s (--skip-unfit leaves such words out)", format->name,
             misfit->fault);
    if (!refused && outcome.error.kind != ERROR_NONE && lists_format(misfit->others, format->name))
        return;
    CHECK_MSG(test,
              refused ? outcome.error.kind == ERROR_INPUT && strcmp(outcome.error.text, says) == 0
                      : outcome.error.kind == ERROR_NONE,
              "%s, %s: %s", misfit->fault, format->name, outcome.error.text);
    outcome = try_model(model, &(struct job){.format = format->name, .skip = true}, false);
    CHECK_MSG(test, outcome.error.kind == ERROR_NONE && outcome.unfit.count == refused, "%s, %s: %s",
              misfit->fault, format->name, outcome.error.text);
    CHECK_MSG(test, strcmp(outcome.unfit.first, refused ? misfit->fault : "") == 0, "%s: %s", format->name,
              outcome.unfit.first);
}

static void words_that_do_not_fit(struct test *test) {
    const struct misfit misfits[] = {
        {"two words", "word 1, \"two words\": it has a blank", BLANKS_FORMATS, NULL},
        {"b a", "word 1, \"b a\": it has a blank", BLANKS_FORMATS, NULL},
        {"a ", "word 1, \"a \": it has a blank", BLANKS_FORMATS, NULL},
        {"form\ffeed", "word 1, \"form\\x0cfeed\": it has a control character", BLANKS_FORMATS,
         VOCAB_FORMATS},
        {"form\ffeed", "word 1, \"form\\x0cfeed\": it has a line separator", VOCAB_FORMATS, BLANKS_FORMATS},
        {"tab\tbed", "word 1, \"tab\\tbed\": it has a tab", BLANKS_FORMATS " tensorboard ", NULL},
        {"new\nline", "word 1, \"new\\nline\": it has a newline", BLANKS_FORMATS LINES_FORMATS, NULL},
        {"a\r", "word 1, \"a\\r\": it has a carriage return", BLANKS_FORMATS LINES_FORMATS, NULL},
        {"", "word 1, \"\": it is empty", BLANKS_FORMATS LINES_FORMATS " native jsonl pgvector ", NULL},
        {"\xff", "word 1, \"\xff\": it is not UTF-8", " jsonl pgvector ", NULL},
        {"a\xe8\xaa", "word 1, \"a\xe8\xaa\": it is not UTF-8", " jsonl pgvector ", NULL},
        {" ", "word 1, \" \": it is nothing but white space", " tensorboard ", BLANKS_FORMATS},
        {"\v", "word 1, \"\\x0b\": it is nothing but white space", " tensorboard ",
         BLANKS_FORMATS VOCAB_FORMATS},
        {"\xef\xbb\xbf", "word 1, \"\xef\xbb\xbf\": it is nothing but white space", " tensorboard ", NULL},
        {"\xc2\xa0\xe3\x80\x80", "word 1, \"\xc2\xa0\xe3\x80\x80\": it is nothing but white space",
         " tensorboard ", NULL},
        {"\xe2\x80\xa8", "word 1, \"\\u2028\": it is nothing but white space", " tensorboard ",
         VOCAB_FORMATS},
        {"a\xe2\x80\xa9", "word 1, \"a\\u2029\": it has a line separator", VOCAB_FORMATS, NULL},
        {"\xc2\x85z", "word 1, \"\\u0085z\": it has a line separator", VOCAB_FORMATS, NULL},
        {"\x1c", "word 1, \"\\x1c\": it has a line separator", VOCAB_FORMATS, NULL},
        {"a\xc2\xa0z\xe3\x80\x80\x1f", "", "", NULL},
    };
    for (size_t i = 0; i < sizeof misfits / sizeof *misfits; i++) {
        const char *const words[] = {"good", misfits[i].word, "better"};
        struct model model = toy_open(&(struct toy){.words = words, .vocab = 3, .dim = 2});
        for (const struct export_format *format = formats; format->name != NULL; format++)
            check_misfit(test, &model, &misfits[i], format);
        model_close(&model);
    }
}

/* A long word is cut in the error. */
static void long_words_that_do_not_fit(struct test *test) {
    char word[1000];
    memset(word, 'x', sizeof word);
    memcpy(word + 900, " y", 3);
    const char *const words[] = {word};
    struct outcome outcome = export_toy(&(struct toy){.words = words, .vocab = 1, .dim = 1},
                                        &(struct job){.format = "glove"});
    CHECK_MSG(test,
              strlen(outcome.error.text) < 400 &&
                  strstr(outcome.error.text, "xx...\": it has a blank") != NULL,
              "%s", outcome.error.text);
    close_outcome(&outcome);
}

static void odd_words_are_written(struct test *test) {
    const char *const words[] = {"0.5", "-", "\"", "\\n", "a\xc2\xa0z", "\x01\x7f", "\xff", "#", "\\."};
    const struct toy toy = {.words = words, .vocab = 9, .dim = 1};
    check_text(test, &toy, &(struct job){.format = "glove"},
               "0.5 1\n- 1\n\" 1\n\\n 1\na\xc2\xa0z 1\n\x01\x7f 1\n\xff 1\n# 1\n\\. 1\n");
}

static void escaped_words(struct test *test) {
    const char *const words[] = {"\"",
                                 "\\",
                                 "\\.",
                                 "\n\r\t",
                                 "\x01\x1f\x7f",
                                 "\b\f",
                                 "a/b\xe2\x80\xa8",
                                 "\xc2\x85\xe2\x80\xa9\xe2\x80\xa7"};
    const struct toy toy = {.words = words, .vocab = 8, .dim = 1};
    check_text(test, &toy, &(struct job){.format = "jsonl"},
               "{\"word\":\"\\\"\",\"vector\":[1]}\n"
               "{\"word\":\"\\\\\",\"vector\":[1]}\n"
               "{\"word\":\"\\\\.\",\"vector\":[1]}\n"
               "{\"word\":\"\\n\\r\\t\",\"vector\":[1]}\n"
               "{\"word\":\"\\u0001\\u001f\x7f\",\"vector\":[1]}\n"
               "{\"word\":\"\\u0008\\u000c\",\"vector\":[1]}\n"
               "{\"word\":\"a/b\\u2028\",\"vector\":[1]}\n"
               "{\"word\":\"\\u0085\\u2029\xe2\x80\xa7\",\"vector\":[1]}\n");
    check_text(test, &toy, &(struct job){.format = "pgvector"},
               "BEGIN;\n"
               "CREATE TABLE IF NOT EXISTS word_vectors (word text PRIMARY KEY, embedding vector(1));\n"
               "COPY word_vectors (word, embedding) FROM stdin;\n"
               "\"\t[1]\n"
               "\\\\\t[1]\n"
               "\\\\.\t[1]\n"
               "\\n\\r\\t\t[1]\n"
               "\x01\x1f\x7f\t[1]\n"
               "\b\f\t[1]\n"
               "a/b\xe2\x80\xa8\t[1]\n"
               "\xc2\x85\xe2\x80\xa9\xe2\x80\xa7\t[1]\n"
               "\\.\n"
               "COMMIT;\n");
}

/* A byte order mark at a file's beginning would be dropped by readers, with the word or without. */
static void marks_that_begin_a_file(struct test *test) {
    const char *const words[] = {"\xef\xbb\xbf"
                                 "a",
                                 "\xef\xbb\xbf"
                                 "b"};
    struct model model = toy_open(&(struct toy){.words = words, .vocab = 2, .dim = 2});
    for (const struct export_format *format = formats; format->name != NULL; format++) {
        const struct misfit misfit = {NULL,
                                      "word 0, \"\xef\xbb\xbf"
                                      "a\": it begins with a byte order mark, and the file would",
                                      " glove " LINES_FORMATS, NULL};
        struct outcome outcome = try_model(&model, &(struct job){.format = format->name}, false);
        const bool refused = lists_format(misfit.formats, format->name);
        CHECK_MSG(test,
                  refused == (outcome.error.kind == ERROR_INPUT) &&
                      (!refused || strstr(outcome.error.text, misfit.fault) != NULL),
                  "%s: %s", format->name, outcome.error.text);
    }
    model_close(&model);
}

/* A primary key of PostgreSQL can't hold a word of more than 2,704 bytes. */
static void a_word_too_long_for_a_key(struct test *test) {
    char word[2602], expected[6000];
    memset(word, 'x', sizeof word);
    for (size_t length = sizeof word - 2; length < sizeof word; length++) {
        word[length] = '\0';
        const char *const words[] = {word};
        snprintf(expected, sizeof expected,
                 "BEGIN;\n"
                 "CREATE TABLE IF NOT EXISTS word_vectors (word text %s, embedding vector(1)%s);\n"
                 "COPY word_vectors (word, embedding) FROM stdin;\n%s\t[1]\n\\.\nCOMMIT;\n",
                 length <= 2600 ? "PRIMARY KEY" : "NOT NULL",
                 length <= 2600 ? "" : ", EXCLUDE USING hash (word WITH =)", word);
        check_text(test, &(struct toy){.words = words, .vocab = 1, .dim = 1},
                   &(struct job){.format = "pgvector"}, expected);
        word[length] = 'x';
    }
}

static void numbers_that_are_not_finite(struct test *test) {
    const char *const words[] = {"a", "b", "c"};
    const float bad[] = {INFINITY, -INFINITY, NAN, -NAN};
    for (size_t i = 0; i < 2 * sizeof bad / sizeof *bad; i++) {
        float vectors[3 * 20] = {0};
        vectors[20 + (i % 2 != 0 ? 19 : 0)] = bad[i / 2];
        struct model model = toy_open(
            &(struct toy){.words = words, .vocab = 3, .dim = 20, .vectors = vectors});
        for (const struct export_format *format = formats; format->name != NULL; format++) {
            const struct outcome outcome = try_model(&model, &(struct job){.format = format->name}, false);
            CHECK_MSG(test,
                      outcome.error.kind == ERROR_INPUT &&
                          strstr(outcome.error.text,
                                 "word 1, \"b\": its vector has a number that is not finite") != NULL,
                      "%s: %s", format->name, outcome.error.text);
        }
        model_close(&model);
    }
}

static void what_fits_is_left(struct test *test) {
    const char *const words[] = {"a b", "c", "d", "\t", "e"};
    const float vectors[] = {0, 1, NAN, 3, 4};
    struct model model = toy_open(&(struct toy){.words = words, .vocab = 5, .dim = 1, .vectors = vectors});
    struct outcome outcome = export_model(&model, &(struct job){.format = "word2vec-text", .skip = true});
    check_bytes(test, "skip", &outcome.maps[0], "2 1\nc 1\ne 4\n", 12);
    CHECK(test, outcome.unfit.count == 3);
    CHECK_MSG(test, strcmp(outcome.unfit.first, "word 0, \"a b\": it has a blank") == 0, "%s",
              outcome.unfit.first);
    close_outcome(&outcome);
    outcome = export_model(&model, &(struct job){.format = "glove", .list = "e\n\t\nd\nc\n", .skip = true});
    check_bytes(test, "skip of a list", &outcome.maps[0], "e 4\nc 1\n", 8);
    CHECK_MSG(test, strcmp(outcome.unfit.first, "word 3, \"\\t\": it has a tab") == 0, "%s",
              outcome.unfit.first);
    close_outcome(&outcome);
    outcome = export_model(&model, &(struct job){.format = "glove", .list = "\t\nd\n", .skip = true});
    CHECK_MSG(test, strcmp(outcome.error.text, "no words are left to export") == 0, "%s", outcome.error.text);
    close_outcome(&outcome);
    model_close(&model);
}

static void too_many_dims(struct test *test) {
    const char *const words[] = {"a"};
    struct outcome outcome = export_toy(&(struct toy){.words = words, .vocab = 1, .dim = 16000},
                                        &(struct job){.format = "pgvector"});
    CHECK_MSG(test, outcome.error.kind == ERROR_NONE, "%s", outcome.error.text);
    close_outcome(&outcome);
    outcome = export_toy(&(struct toy){.words = words, .vocab = 1, .dim = 16001},
                         &(struct job){.format = "pgvector"});
    CHECK_MSG(test,
              outcome.error.kind == ERROR_INPUT &&
                  strcmp(outcome.error.text,
                         "pgvector takes at most 16000 dimensions, and this model has 16001") == 0,
              "%s", outcome.error.text);
    close_outcome(&outcome);
}

/* --- the native format --- */

/* The model that an export in the native format makes. */
static struct model export_native(struct test *test, const struct model *model, const struct job *job) {
    struct outcome outcome = export_model(model, job);
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    struct model made;
    char path[4096];
    test_path(path, sizeof path, "made.sgns");
    if (!file_create(&file, path, &error) ||
        !file_write(&file, outcome.maps[0].data, outcome.maps[0].size, &error) ||
        !file_commit(&file, &error) || !model_open(&made, path, &error)) {
        fprintf(stderr, "%s%s\n", outcome.error.text, error.text);
        exit(2);
    }
    CHECK_MSG(test, model_verify(&made, path, &error), "%s", error.text);
    unlink(path);
    close_outcome(&outcome);
    return made;
}

static void check_row(struct test *test, const struct model *model, size_t id, const char *word,
                      uint64_t count, const float *vector) {
    size_t length;
    const char *text = model_word(model, id, &length);
    CHECK_MSG(test, id < model->vocab && length == strlen(word) && memcmp(text, word, length) == 0,
              "%zu: %.*s, not %s", id, (int)length, text, word);
    CHECK_MSG(test, model->counts[id] == count, "%s: %llu", word, (unsigned long long)model->counts[id]);
    CHECK_MSG(test, memcmp(model->input + id * model->stride, vector, model->dim * sizeof *vector) == 0, "%s",
              word);
}

static void check_record(struct test *test, const struct model *model, const char *record) {
    CHECK_MSG(test,
              model->record_bytes == strlen(record) &&
                  memcmp(model->record, record, model->record_bytes) == 0,
              "%.*s", (int)model->record_bytes, model->record);
}

static void native_is_the_same_model(struct test *test) {
    const char *const words[] = {"a", "b c", "d"};
    const float vectors[] = {1, 2, 3, 4, 5, 6}, contexts[] = {7, 8, 9, 10, 11, 12};
    struct model model = toy_open(&(struct toy){.words = words,
                                                .vocab = 3,
                                                .dim = 2,
                                                .vectors = vectors,
                                                .contexts = contexts,
                                                .kind = TOKENIZER_WHITESPACE});
    struct model made = export_native(test, &model, &(struct job){.format = "native"});
    CHECK(test, made.vocab == 3 && made.dim == 2 && made.rules.kind == TOKENIZER_WHITESPACE);
    for (size_t i = 0; i < 3; i++)
        check_row(test, &made, i, words[i], 3 - i, vectors + 2 * i);
    CHECK(test, made.output != NULL && memcmp(made.output, model.output, 3 * model.stride * 4) == 0);
    check_record(test, &made, "tokenizer=whitespace\nkeep_case=0\n");
    /* Now that its record has the rules, the bytes are the same. */
    struct model again = export_native(test, &made, &(struct job){.format = "native"});
    CHECK(test, again.map.size == made.map.size && memcmp(again.map.data, made.map.data, made.map.size) == 0);
    model_close(&again);
    model_close(&made);
    model_close(&model);
}

static void native_keeps_the_order(struct test *test) {
    const char *const words[] = {"a", "b", "c", "d"};
    const float vectors[] = {1, 2, 3, 4}, contexts[] = {5, 6, 7, 8};
    struct model model = toy_open(
        &(struct toy){.words = words, .vocab = 4, .dim = 1, .vectors = vectors, .contexts = contexts});
    struct model made = export_native(test, &model, &(struct job){.format = "native", .list = "d\na\nc\n"});
    CHECK(test, made.vocab == 3);
    check_row(test, &made, 0, "a", 4, vectors);
    check_row(test, &made, 1, "c", 2, vectors + 2);
    check_row(test, &made, 2, "d", 1, vectors + 3);
    CHECK(test, made.output != NULL && made.output[0] == 5 && made.output[made.stride] == 7 &&
                    made.output[2 * made.stride] == 8);
    check_record(test, &made, "exported=3 of 4 words\ntokenizer=words\nkeep_case=0\n");
    model_close(&made);
    model_close(&model);
}

static void native_of_one_matrix(struct test *test) {
    const char *const words[] = {"a", "b"};
    const float vectors[] = {3, 4, 0, 2}, contexts[] = {0, -5, 4, -3};
    const float units[] = {0.6F, 0.8F, 0, 1}, context_units[] = {0, -1, 0.8F, -0.6F};
    struct model model = toy_open(
        &(struct toy){.words = words, .vocab = 2, .dim = 2, .vectors = vectors, .contexts = contexts});
    struct model made = export_native(test, &model, &(struct job){.format = "native", .unit = true});
    check_row(test, &made, 0, "a", 2, units);
    check_row(test, &made, 1, "b", 1, units + 2);
    CHECK(test, made.output == NULL);
    check_record(test, &made, "exported=2 of 2 words, length 1\ntokenizer=words\nkeep_case=0\n");
    model_close(&made);
    made = export_native(test, &model, &(struct job){.format = "native", .vectors = EXPORT_CONTEXT_VECTORS});
    check_row(test, &made, 0, "a", 2, contexts);
    check_row(test, &made, 1, "b", 1, contexts + 2);
    CHECK(test, made.output == NULL);
    check_record(test, &made, "exported=2 of 2 words, context vectors\ntokenizer=words\nkeep_case=0\n");
    model_close(&made);
    made = export_native(test, &model,
                         &(struct job){.format = "native", .vectors = EXPORT_CONTEXT_VECTORS, .unit = true});
    check_row(test, &made, 1, "b", 1, context_units + 2);
    model_close(&made);
    model_close(&model);
}

static void formats_by_name(struct test *test) {
    size_t count = 0;
    for (const struct export_format *format = formats; format->name != NULL; format++, count++)
        CHECK_MSG(test, export_format_find(format->name) == format, "%s", format->name);
    CHECK_MSG(test, count == 10, "%zu", count);
    CHECK(test, export_format_find("") == NULL && export_format_find("word2vec-") == NULL &&
                    export_format_find("NPY") == NULL);
}

static const struct test_case cases[] = {
    {"export: by name", formats_by_name},
    {"export: exact bytes", exact_bytes},
    {"export: exact texts", exact_texts},
    {"export: rows end with the dimension", rows_end_with_the_dimension},
    {"export: precision", precision},
    {"export: the hardest numbers read back", the_hardest_numbers_read_back},
    {"export: random numbers read back", random_numbers_read_back},
    {"export: context vectors", context_vectors},
    {"export: vectors of length 1", vectors_of_length_1},
    {"export: listed words", listed_words},
    {"export: lists without words", lists_without_words},
    {"export: lists that can't be read", lists_that_cannot_be_read},
    {"export: words that don't fit", words_that_do_not_fit},
    {"export: long words that don't fit", long_words_that_do_not_fit},
    {"export: odd words are written", odd_words_are_written},
    {"export: escaped words", escaped_words},
    {"export: byte order marks that would begin a file", marks_that_begin_a_file},
    {"export: a word too long for a primary key", a_word_too_long_for_a_key},
    {"export: numbers that are not finite", numbers_that_are_not_finite},
    {"export: what fits is left", what_fits_is_left},
    {"export: too many dims", too_many_dims},
    {"export: native is the same model", native_is_the_same_model},
    {"export: native keeps the order", native_keeps_the_order},
    {"export: native of one matrix", native_of_one_matrix},
};

TEST_MAIN(cases)
