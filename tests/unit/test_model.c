#include "model/model.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "formats/open.h"
#include "harness.h"
#include "model/checksum.h"
#include "model/layout.h"
#include "model/record.h"
#include "old_model.h"
#include "toy_model.h"

#define VOCAB 16
#define DIM 5
#define STRIDE 16

static const char *const words[VOCAB] = {"the",          "of",         "and",   "a",
                                         "na\xc3\xafve", "well-known", "king",  "queen",
                                         "2024",         "x",          "Paris", "\xe6\x97\xa5\xe6\x9c\xac",
                                         "don't",        "zz-top",     "e",     "w\xc3\xb6rter"};
static const char record[] = "tokenizer=whitespace\nkeep_case=1\ndim=5\nempty=\nseed=42\n";

/* --- a model, written --- */

struct sample {
    char text[256];
    uint64_t starts[VOCAB + 1], counts[VOCAB];
    struct vocab vocab;
    float input[VOCAB * STRIDE], output[VOCAB * STRIDE];
    struct model_content content;
};

static void fill_sample(struct sample *sample) {
    memset(sample, 0, sizeof *sample);
    size_t at = 0;
    for (size_t id = 0; id < VOCAB; id++) {
        at += (size_t)snprintf(sample->text + at, sizeof sample->text - at, "%s", words[id]) + 1;
        sample->starts[id + 1] = at;
        sample->counts[id] = 1000 - 60 * id;
        for (size_t d = 0; d < DIM; d++) {
            sample->input[id * STRIDE + d] = (float)(id * DIM + d) * 0.25F - 10;
            sample->output[id * STRIDE + d] = 3 - (float)(id * DIM + d) * 0.125F;
        }
    }
    sample->vocab = (struct vocab){VOCAB, sample->text, at, sample->starts, sample->counts, 0};
    sample->content = (struct model_content){
        &sample->vocab, DIM, STRIDE, sample->input, sample->output, record, sizeof record - 1, NULL, 0, NULL};
}

static void write_model(struct test *test, const struct model_content *content, const char *path) {
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    const bool done = file_create(&file, path, &error) && model_write(&file, content, &error) &&
                      file_commit(&file, &error);
    file_abandon(&file);
    CHECK_MSG(test, done, "%s", error.text);
    if (!done)
        exit(2);
}

/* A file that is tampered with in place, and its bytes as they were. */
struct written {
    char path[4096];
    int descriptor;
    struct file_map map;
    unsigned char *bytes;
    size_t size;
    struct layout layout; /* as the program sees it, whatever the version */
};

/* The layout of the bytes, of the version that they have. */
static void read_layout(struct written *written) {
    struct version2_header old;
    memcpy(&written->layout, written->bytes,
           written->size < sizeof written->layout ? written->size : sizeof written->layout);
    const struct layout_header *header = &written->layout.header;
    written->layout.head_bytes = sizeof *header + header->section_count * sizeof(struct layout_section);
    if (header->version == LAYOUT_VERSION)
        return;
    memcpy(&old, written->bytes, sizeof old);
    if (!version2_convert(&old, &written->layout))
        abort();
}

static struct written open_written(struct test *test, const struct model_content *content) {
    struct written written;
    struct error error = {.kind = ERROR_NONE};
    test_path(written.path, sizeof written.path, "model.sgns");
    write_model(test, content, written.path);
    written.descriptor = open(written.path, O_RDWR);
    if (written.descriptor < 0 || !file_map_open(&written.map, written.path, &error))
        abort();
    written.size = written.map.size;
    written.bytes = malloc(written.size);
    if (written.bytes == NULL || written.size < sizeof written.layout.header)
        abort();
    memcpy(written.bytes, written.map.data, written.size);
    file_map_close(&written.map);
    read_layout(&written);
    return written;
}

static struct written write_sample(struct test *test) {
    struct sample sample;
    fill_sample(&sample);
    return open_written(test, &sample.content);
}

static void patch(const struct written *written, size_t offset, const void *bytes, size_t count) {
    if (pwrite(written->descriptor, bytes, count, (off_t)offset) != (ssize_t)count)
        abort();
}

static size_t sections_of(const struct written *written) {
    return (size_t)written->layout.header.section_count;
}

static const struct layout_section *section_of(const struct written *written, enum layout_part part) {
    return layout_find(&written->layout, layout_parts[part].tag);
}

/* The header of version 1 or 2 that says what the layout says. All sections are there. */
static struct version2_header old_header(const struct layout *layout) {
    struct version2_header old = {.byte_order = layout->header.byte_order,
                                  .version = layout->header.version,
                                  .vocab = layout->header.vocab,
                                  .dim = layout->header.dim,
                                  .stride = layout->header.stride,
                                  .slots = layout->header.slots,
                                  .file_bytes = layout->header.file_bytes};
    memcpy(old.magic, layout->header.magic, sizeof old.magic);
    for (size_t i = 0; i < layout->header.section_count; i++)
        old.places[i] = (struct version2_place){layout->sections[i].offset, layout->sections[i].bytes,
                                                layout->sections[i].checksum};
    old_model_seal(&old);
    return old;
}

/* Puts a layout with right checksums into the file, in the form of its version. */
static void patch_layout(const struct written *written, struct layout layout) {
    if (written->layout.header.version == LAYOUT_VERSION) {
        layout_seal(&layout);
        patch(written, 0, &layout, (size_t)written->layout.head_bytes);
    } else {
        const struct version2_header old = old_header(&layout);
        patch(written, 0, &old, sizeof old);
    }
}

static void restore(const struct written *written) {
    if (ftruncate(written->descriptor, (off_t)written->size) != 0)
        abort();
    patch(written, 0, written->bytes, written->size);
}

static void close_written(struct written *written) {
    close(written->descriptor);
    unlink(written->path);
    free(written->bytes);
}

/* Makes a file of version 1 or 2 of one that was just written. */
static void make_old(struct written *written, uint32_t version) {
    unsigned char *bytes = old_model_make(version, written->bytes, &written->size);
    free(written->bytes);
    written->bytes = bytes;
    restore(written);
    read_layout(written);
}

static void each_version(struct test *test, void (*check)(struct test *, struct written *)) {
    for (uint32_t version = 1; version <= LAYOUT_VERSION; version++) {
        struct written written = write_sample(test);
        if (version < LAYOUT_VERSION)
            make_old(&written, version);
        check(test, &written);
        close_written(&written);
    }
}

/* The test NAME runs check_NAME on a file of each version. */
#define EACH_VERSION(name)                \
    static void name(struct test *test) { \
        each_version(test, check_##name); \
    }

static struct model open_model(struct test *test, const char *path) {
    struct error error = {.kind = ERROR_NONE};
    struct model model;
    const bool done = model_open(&model, path, &error);
    CHECK_MSG(test, done, "%s", error.text);
    if (!done)
        exit(2);
    return model;
}

/* The model is refused by a message that says where, and why in so many words. */
static void check_refused(struct test *test, const char *path, const char *why, const char *what,
                          size_t which) {
    struct error error = {.kind = ERROR_NONE};
    struct model model;
    const bool done = model_open(&model, path, &error);
    CHECK_MSG(test, !done && error.kind == ERROR_INPUT, "%s %zu", what, which);
    CHECK_MSG(test, strncmp(error.text, path, strlen(path)) == 0 && strstr(error.text, why) != NULL,
              "%s %zu: %s", what, which, error.text);
    CHECK_MSG(test, model.map.data == NULL && model.input == NULL, "%s %zu", what, which);
    if (done)
        model_close(&model);
}

static void check_verified(struct test *test, const char *path, const char *section, const char *what,
                           size_t which) {
    struct error error = {.kind = ERROR_NONE};
    struct model model;
    CHECK_MSG(test, model_open(&model, path, &error), "%s %zu: %s", what, which, error.text);
    if (error.kind != ERROR_NONE)
        return;
    CHECK_MSG(test, model_verify(&model, path, &error) == (section == NULL), "%s %zu: %s", what, which,
              error.text);
    if (section != NULL) {
        CHECK_MSG(test, error.kind == ERROR_INPUT && strncmp(error.text, path, strlen(path)) == 0, "%s %zu",
                  what, which);
        CHECK_MSG(test, strstr(error.text, section) != NULL, "%s %zu: not \"%s\" but \"%s\"", what, which,
                  section, error.text);
    }
    model_close(&model);
}

/* --- what is written is read --- */

static void check_words(struct test *test, const struct model *model) {
    for (size_t id = 0; id < VOCAB; id++) {
        size_t length = 99, found = 99;
        const char *word = model_word(model, id, &length);
        CHECK_MSG(test, length == strlen(words[id]) && memcmp(word, words[id], length) == 0, "word %zu", id);
        CHECK_MSG(test, model_find(model, words[id], strlen(words[id]), &found) && found == id, "%s",
                  words[id]);
        CHECK_MSG(test, model->counts[id] == 1000 - 60 * id, "word %zu", id);
    }
    const char *const others[] = {"", "The", "th", "thee", "king ", "paris", "missing", "0"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t found;
        CHECK_MSG(test, !model_find(model, others[i], strlen(others[i]), &found), "%s", others[i]);
    }
    size_t found;
    CHECK(test, !model_find(model, "the", 4, &found) && !model_find(model, "of\0and", 6, &found));
}

static bool same_matrix(const float *a, const float *b) {
    for (size_t i = 0; i < (size_t)VOCAB * STRIDE; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static void check_vectors(struct test *test, const struct model *model, const struct sample *sample) {
    CHECK(test, model->vocab == VOCAB && model->dim == DIM && model->stride == STRIDE);
    CHECK(test, same_matrix(model->input, sample->input));
    CHECK(test, (uintptr_t)model->input % 64 == 0);
    for (size_t id = 0; id < VOCAB; id++) {
        double sum = 0;
        for (size_t d = 0; d < DIM; d++)
            sum += pow((double)sample->input[id * STRIDE + d], 2);
        CHECK_MSG(test, model->norms[id] == (float)sqrt(sum), "word %zu: %g", id, (double)model->norms[id]);
    }
}

/* Version 1 has no quantized vectors. */
static void check_old_versions_are_read(struct test *test, struct written *written) {
    const uint32_t version = written->layout.header.version;
    struct sample sample;
    fill_sample(&sample);
    struct model model = open_model(test, written->path);
    CHECK(test, model.version == version && (model.quantized != NULL) == (version > 1) &&
                    (model.quantization != NULL) == (version > 1));
    check_words(test, &model);
    check_vectors(test, &model, &sample);
    CHECK(test, model.output != NULL && same_matrix(model.output, sample.output));
    model_close(&model);
    check_verified(test, written->path, NULL, "version", version);
}

EACH_VERSION(old_versions_are_read)

static void what_is_written_is_read(struct test *test) {
    struct sample sample;
    fill_sample(&sample);
    struct written written = open_written(test, &sample.content);
    struct model model = open_model(test, written.path);
    check_words(test, &model);
    check_vectors(test, &model, &sample);
    CHECK(test, model.output != NULL && (uintptr_t)model.output % 64 == 0);
    CHECK(test, model.output != NULL && same_matrix(model.output, sample.output));
    CHECK(test,
          model.record_bytes == sizeof record - 1 && memcmp(model.record, record, model.record_bytes) == 0);
    model_close(&model);
    CHECK(test, model.input == NULL && model.map.data == NULL);
    model_close(&model);
    check_verified(test, written.path, NULL, "as it was", 0);
    close_written(&written);
}

static void without_context_vectors(struct test *test) {
    struct sample sample;
    fill_sample(&sample);
    sample.content.output = NULL;
    struct written written = open_written(test, &sample.content);
    struct model model = open_model(test, written.path);
    check_words(test, &model);
    check_vectors(test, &model, &sample);
    CHECK(test, model.output == NULL);
    model_close(&model);
    check_verified(test, written.path, NULL, "without context vectors", 0);
    for (uint32_t version = 2; version > 0; version--) {
        struct written old = open_written(test, &sample.content);
        make_old(&old, version);
        model = open_model(test, old.path);
        CHECK(test, model.version == version && model.output == NULL);
        check_vectors(test, &model, &sample);
        model_close(&model);
        check_verified(test, old.path, NULL, "without context vectors, version", version);
        close_written(&old);
    }
    close_written(&written);
}

/* Opened, the model lasts although another takes its name. */
static void an_open_model_is_replaced(struct test *test) {
    struct sample sample;
    fill_sample(&sample);
    struct written written = open_written(test, &sample.content);
    struct model model = open_model(test, written.path);
    memset(sample.input, 0, sizeof sample.input);
    write_model(test, &sample.content, written.path);
    CHECK(test, model.input[0] == -10);
    check_words(test, &model);
    model_close(&model);
    close_written(&written);
}

/* More words than fit in one page, with all the collisions that half-full tables have. */
static void many_words(struct test *test) {
    enum { MANY = 4001 };
    char *text = calloc(MANY, 8);
    uint64_t *starts = calloc(MANY + 1, sizeof *starts), *counts = calloc(MANY, sizeof *counts);
    float *input = calloc(MANY, 16 * sizeof *input);
    if (text == NULL || starts == NULL || counts == NULL || input == NULL)
        abort();
    for (size_t id = 0; id < MANY; id++)
        starts[id + 1] = starts[id] + (size_t)snprintf(text + starts[id], 8, "w%zu", id) + 1;
    const struct vocab vocab = {MANY, text, starts[MANY], starts, counts, 0};
    const struct model_content content = {&vocab, 1, 16, input, NULL, "", 0, NULL, 0, NULL};
    struct written written = open_written(test, &content);
    struct model model = open_model(test, written.path);
    CHECK(test, model.slot_count == 8192);
    /* Nothing stands behind the last section. */
    CHECK(test, written.size ==
                    section_of(&written, LAYOUT_QUANTIZATION)->offset + MANY * sizeof(struct quantization));
    for (size_t i = 0; i < 2 * (size_t)MANY; i++) {
        char word[24];
        size_t id = 0;
        const bool found = model_find(&model, word, (size_t)snprintf(word, sizeof word, "w%zu", i), &id);
        CHECK_MSG(test, found == (i < MANY) && (!found || id == i), "%s", word);
    }
    model_close(&model);
    check_verified(test, written.path, NULL, "many words", 0);
    for (size_t i = 0; i < 40; i++) {
        const size_t size = written.size - 1 - i * i * (written.size / 1600);
        CHECK(test, ftruncate(written.descriptor, (off_t)size) == 0);
        check_refused(test, written.path, "truncated", "length", size);
    }
    free(text);
    free(starts);
    free(counts);
    free(input);
    close_written(&written);
}

/* The first word from `*next` on whose slot is the last of four. */
static size_t last_slot_word(unsigned *next, char *word, size_t size) {
    size_t length;
    do
        length = (size_t)snprintf(word, size, "w%u", (*next)++);
    while (checksum(word, length) % 4 != 3);
    return length;
}

/* Behind the last slot comes the first. */
static void the_index_goes_round(struct test *test) {
    char text[2 * 16], other[16];
    unsigned next = 0;
    float input[2 * 16] = {0};
    uint64_t starts[3] = {0}, counts[2] = {2, 1};
    for (size_t id = 0; id < 2; id++)
        starts[id + 1] = starts[id] + last_slot_word(&next, text + starts[id], 16) + 1;
    const struct vocab vocab = {2, text, starts[2], starts, counts, 0};
    const struct model_content content = {&vocab, 1, 16, input, NULL, "", 0, NULL, 0, NULL};
    struct written written = open_written(test, &content);
    struct model model = open_model(test, written.path);
    CHECK(test, model.slot_count == 4 && model.slots[3] == 1 && model.slots[0] == 2);
    for (size_t i = 0; i < 2; i++) {
        size_t id;
        CHECK_MSG(test, model_find(&model, text + starts[i], strlen(text + starts[i]), &id) && id == i,
                  "word %zu", i);
    }
    size_t id;
    CHECK(test, !model_find(&model, other, last_slot_word(&next, other, sizeof other), &id));
    model_close(&model);
    check_verified(test, written.path, NULL, "two words", 0);
    close_written(&written);
}

/* Squares that no float can hold. */
static void norms_of_very_large_and_very_small_rows(struct test *test) {
    const float values[] = {1e25F, 1e-30F, 0}, norms[] = {1.7320508e25F, 1.7320508e-30F, 0};
    char text[] = "a\0b\0c";
    float input[3 * 16] = {0};
    uint64_t starts[4] = {0, 2, 4, 6}, counts[3] = {3, 2, 1};
    for (size_t id = 0; id < 3; id++)
        for (size_t d = 0; d < 3; d++)
            input[id * 16 + d] = d == 1 ? -values[id] : values[id];
    const struct vocab vocab = {3, text, sizeof text, starts, counts, 0};
    const struct model_content content = {&vocab, 3, 16, input, NULL, "", 0, NULL, 0, NULL};
    struct written written = open_written(test, &content);
    struct model model = open_model(test, written.path);
    for (size_t id = 0; id < 3; id++)
        CHECK_MSG(test, fabsf(model.norms[id] - norms[id]) <= norms[id] * 2e-7F, "%g",
                  (double)model.norms[id]);
    model_close(&model);
    close_written(&written);
}

/* --- the record --- */

static void check_value(struct test *test, const struct model *model, const char *key, const char *expected) {
    size_t length = 0;
    const char *value = model_record(model, key, &length);
    CHECK_MSG(test, (value != NULL) == (expected != NULL), "%s", key);
    if (value != NULL && expected != NULL)
        CHECK_MSG(test, length == strlen(expected) && memcmp(value, expected, length) == 0, "%s: %.*s", key,
                  (int)length, value);
}

static struct model record_model(const char *text) {
    return (struct model){.record = text, .record_bytes = strlen(text)};
}

static void records(struct test *test) {
    struct model model = record_model("dim=5\nmin_dim=7\nalpha=0.05\nempty=\nsum=a=b\nx=1\nx=2\nlast=end");
    const char *const values[][2] = {
        {"dim", "5"},  {"min_dim", "7"},  {"alpha", "0.05"}, {"empty", ""},   {"sum", "a=b"},
        {"x", "1"},    {"last", "end"},   {"di", NULL},      {"dim=5", NULL}, {"in_dim", NULL},
        {"las", NULL}, {"lastend", NULL}, {"5", NULL},       {"DIM", NULL},   {"\n", NULL},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_value(test, &model, values[i][0], values[i][1]);
    model = record_model("");
    check_value(test, &model, "dim", NULL);
    model = record_model("\n\n=\n\n");
    check_value(test, &model, "dim", NULL);
    check_value(test, &model, "", "");
    model = record_model("dim");
    check_value(test, &model, "dim", NULL);
    check_value(test, &model, "dimension", NULL);
    /* What lies behind the record is no part of it. */
    model = (struct model){.record = "a=1\ndim=5", .record_bytes = 6};
    check_value(test, &model, "dim", NULL);
    check_value(test, &model, "a", "1");
}

static void records_are_made(struct test *test) {
    struct error error = {.kind = ERROR_NONE};
    struct record made = {NULL, 0, 0};
    const char *expected = "dim=100\nempty=\nloss.1=0.5\nold=a=b\nlast";
    CHECK(test, record_add(&made, &error, "dim", "%d", 100) && record_add(&made, &error, "empty", "%s", ""));
    CHECK(test, record_add(&made, &error, "loss.1", "%.9g", 0.5));
    CHECK(test, record_append(&made, &error, NULL, 0) && record_append(&made, &error, "old=a=b\nlast", 12));
    CHECK_MSG(test, made.bytes == strlen(expected) && memcmp(made.text, expected, made.bytes) == 0, "%.*s",
              (int)made.bytes, made.text);
    record_free(&made);
    CHECK(test, made.text == NULL && made.bytes == 0);
    for (size_t i = 0; i < 1000; i++)
        CHECK(test, record_add(&made, &error, "key", "%0*zu", (int)i, i));
    size_t length;
    const char *first = record_find(made.text, made.bytes, "key", &length);
    CHECK(test, made.bytes == 1000 * 5 + 999 * 1000 / 2 + 1 && first == made.text + 4 && length == 1);
    record_free(&made);
}

/* Nothing is added by a call that fails. */
static void records_refuse_what_they_cannot_hold(struct test *test) {
    const char *const lines[][3] = {
        {"", "x", "the record can't have a key \"\""},
        {"Dim", "x", "the record can't have a key \"Dim\""},
        {"a b", "x", "the record can't have a key \"a b\""},
        {"a=", "x", "the record can't have a key \"a=\""},
        {"a\n", "x", "the record can't have a key \"a\n\""},
        {"\xc3\xa9", "x", "the record can't have a key \"\xc3\xa9\""},
        {"key", "a\nb", "the record can't have a newline in the value of key"},
        {"key", "\n", "the record can't have a newline in the value of key"},
    };
    struct record made = {NULL, 0, 0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct error error = {.kind = ERROR_NONE};
        CHECK(test, record_add(&made, &error, "good", "%zu", i));
        const size_t before = made.bytes;
        CHECK_MSG(test,
                  !record_add(&made, &error, lines[i][0], "%s", lines[i][1]) && error.kind == ERROR_INPUT,
                  "%zu", i);
        CHECK_MSG(test, strcmp(error.text, lines[i][2]) == 0, "%s", error.text);
        CHECK_MSG(test, made.bytes == before, "%zu", i);
    }
    record_free(&made);
}

static void rules_come_from_the_record(struct test *test) {
    const struct {
        const char *record;
        struct tokenizer_rules rules;
    } models[] = {
        {"", {TOKENIZER_WORDS, false}},
        {"tokenizer=words\nkeep_case=0\n", {TOKENIZER_WORDS, false}},
        {"tokenizer=whitespace\n", {TOKENIZER_WHITESPACE, false}},
        {"keep_case=1\ntokenizer=words\n", {TOKENIZER_WORDS, true}},
        {"keep_case=1\ntokenizer=whitespace\n", {TOKENIZER_WHITESPACE, true}},
        {"keep_case=10\ntokenizer=whitespaces\n", {TOKENIZER_WORDS, false}},
        {"keep_case=\ntokenizer=white\n", {TOKENIZER_WORDS, false}},
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct sample sample;
        fill_sample(&sample);
        sample.content.record = models[i].record;
        sample.content.record_bytes = strlen(models[i].record);
        struct written written = open_written(test, &sample.content);
        struct model model = open_model(test, written.path);
        CHECK_MSG(test,
                  model.rules.kind == models[i].rules.kind &&
                      model.rules.keep_case == models[i].rules.keep_case,
                  "%s", models[i].record);
        model_close(&model);
        close_written(&written);
    }
}

/* --- the bytes --- */

/* Made by a second program from the description in layout.h: whoever breaks this breaks every model file. */
static void the_bytes_of_a_model(struct test *test) {
    struct sample sample;
    fill_sample(&sample);
    for (int output = 0; output < 2; output++) {
        uint64_t bytes = 0;
        sample.content.output = output ? sample.output : NULL;
        struct written written = open_written(test, &sample.content);
        CHECK_MSG(test, written.size == (output ? 3648 : 2560), "%zu", written.size);
        CHECK_MSG(test,
                  checksum(written.bytes, written.size) ==
                      (output ? UINT64_C(0xb5c9e46b195747f7) : UINT64_C(0xdda9e2aca27501cc)),
                  "%016llx", (unsigned long long)checksum(written.bytes, written.size));
        CHECK(test,
              model_file_bytes(VOCAB, sample.vocab.text_bytes, STRIDE, output, sizeof record - 1, &bytes));
        CHECK_MSG(test, bytes == written.size, "%llu", (unsigned long long)bytes);
        make_old(&written, 2);
        CHECK_MSG(test, written.size == (output ? 3648 : 2624), "%zu", written.size);
        CHECK_MSG(test,
                  checksum(written.bytes, written.size) ==
                      (output ? UINT64_C(0xb2b8a58fa17210ca) : UINT64_C(0xd2e3f2707e0e6879)),
                  "%016llx", (unsigned long long)checksum(written.bytes, written.size));
        close_written(&written);
        written = open_written(test, &sample.content);
        make_old(&written, 1);
        CHECK_MSG(test, written.size == (output ? 3264 : 2240), "%zu", written.size);
        CHECK_MSG(test,
                  checksum(written.bytes, written.size) ==
                      (output ? UINT64_C(0x3ddd966a49c7e607) : UINT64_C(0x644a84177f88ed16)),
                  "%016llx", (unsigned long long)checksum(written.bytes, written.size));
        close_written(&written);
    }
}

/* The example in layout.h. */
static void the_example_of_the_layout(struct test *test) {
    static const char head[] = "\x89\x73\x67\x6e\x73\x0d\x0a\x1a\x04\x03\x02\x01\x03\x00\x00\x00"
                               "\x02\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00"
                               "\x10\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00"
                               "\x10\x04\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00"
                               "\xe0\x53\x0e\x71\xdc\x2a\x00\x4a\x83\x60\x3b\x13\xe4\xf7\x6e\x0b"
                               "\x72\x65\x63\x6f\x72\x64\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"
                               "\xc0\x01\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
                               "\x40\x4b\xe8\x7d\x36\xf7\xe0\x61\x73\x74\x61\x72\x74\x73\x00\x00";
    const struct {
        const char *tag;
        uint64_t offset, bytes;
    } sections[] = {{"record", 448, 6},  {"starts", 512, 24}, {"words", 576, 4},
                    {"counts", 640, 16}, {"index", 704, 16},  {"input", 768, 128},
                    {"norms", 896, 8},   {"int8", 960, 32},   {"scales", 1024, 16}};
    char text[] = "a\0b";
    uint64_t starts[] = {0, 2, 4}, counts[] = {7, 5};
    const float input[2 * 16] = {[0] = 1, [17] = 2};
    const struct vocab vocab = {2, text, sizeof text, starts, counts, 0};
    const struct model_content content = {&vocab, 2, 16, input, NULL, "dim=2\n", 6, NULL, 0, NULL};
    struct written written = open_written(test, &content);
    CHECK_MSG(test, written.size == 1040, "%zu", written.size);
    CHECK(test, memcmp(written.bytes, head, 120) == 0);
    CHECK(test, sections_of(&written) == sizeof sections / sizeof *sections);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        const struct layout_section *section = &written.layout.sections[i];
        CHECK_MSG(test,
                  layout_find(&written.layout, sections[i].tag) == section &&
                      section->offset == sections[i].offset && section->bytes == sections[i].bytes,
                  "%s", sections[i].tag);
    }
    close_written(&written);
}

static void checksums(struct test *test) {
    unsigned char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    const struct {
        const void *bytes;
        size_t count;
        uint64_t sum;
    } sums[] = {
        {"", 0, UINT64_C(0xb9b7de19a608ff49)},
        {"a", 1, UINT64_C(0x42a5d224111c3e7f)},
        {"\0", 1, UINT64_C(0x85607ba09fee66c5)},
        {"\0\0", 2, UINT64_C(0x55bf323ce2c26124)},
        {"the", 3, UINT64_C(0x15e5f151e6a5386a)},
        {"king", 4, UINT64_C(0x732b7bd21602b178)},
        {"na\xc3\xafve", 6, UINT64_C(0xa56698c238d40fa0)},
        {"abcdefg", 7, UINT64_C(0x066bdbf4e8157cb7)},
        {"abcdefgh", 8, UINT64_C(0xc240b5665e975bc1)},
        {"abcdefghi", 9, UINT64_C(0x4e61c7c4d45ba3ab)},
        {bytes, 31, UINT64_C(0x2fe3f62dae9e44f4)},
        {bytes, 32, UINT64_C(0xe41addc33a552af5)},
        {bytes, 33, UINT64_C(0x8e6e16ae1240f23b)},
        {bytes, 256, UINT64_C(0x862533f027edd54d)},
    };
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        CHECK_MSG(test, checksum(sums[i].bytes, sums[i].count) == sums[i].sum, "sum %zu", i);
        unsigned char shifted[300];
        for (size_t shift = 1; shift < 8; shift++) {
            memcpy(shifted + shift, sums[i].bytes, sums[i].count);
            CHECK_MSG(test, checksum(shifted + shift, sums[i].count) == sums[i].sum, "sum %zu, shift %zu", i,
                      shift);
        }
    }
    CHECK(test, checksum(NULL, 0) == sums[0].sum);
}

/* One word that changes always changes the sum, as each step can be undone; so do bytes that change places.
 */
static void checksums_see_damage(struct test *test) {
    unsigned char bytes[96];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 37 + 11);
    const uint64_t sum = checksum(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        for (unsigned change = 1; change < 256; change++) {
            bytes[i] ^= (unsigned char)change;
            CHECK_MSG(test, checksum(bytes, sizeof bytes) != sum, "byte %zu, change %u", i, change);
            bytes[i] ^= (unsigned char)change;
        }
        CHECK_MSG(test, checksum(bytes, i) != sum, "%zu bytes", i);
        for (size_t j = 0; j < i; j++) {
            const unsigned char first = bytes[j], second = bytes[i];
            bytes[j] = second;
            bytes[i] = first;
            CHECK_MSG(test, (checksum(bytes, sizeof bytes) == sum) == (first == second), "%zu and %zu", j, i);
            bytes[j] = first;
            bytes[i] = second;
        }
    }
}

/* --- damage --- */

/* Each bit of each byte alone, all of a byte's, and some of them. */
static void check_every_byte_of_the_header(struct test *test, struct written *written) {
    struct rng rng = rng_seed(20, 0);
    for (size_t at = 0; at < written->layout.head_bytes; at++) {
        for (unsigned i = 0; i < 16; i++) {
            const unsigned change = i < 8 ? 1U << i : i == 8 ? 0xFF : 1 + rng_below(&rng, 255);
            const unsigned char byte = written->bytes[at] ^ (unsigned char)change;
            patch(written, at, &byte, 1);
            check_refused(test, written->path, ": ", "header byte", at);
        }
        patch(written, at, &written->bytes[at], 1);
    }
    check_verified(test, written->path, NULL, "restored", 0);
}

EACH_VERSION(every_byte_of_the_header)

static void check_every_truncation(struct test *test, struct written *written) {
    for (size_t size = written->size; size-- > 0;) {
        if (ftruncate(written->descriptor, (off_t)size) != 0)
            abort();
        check_refused(test, written->path, size == 0 ? "not a model: the file is empty" : "truncated",
                      "length", size);
    }
    restore(written);
    check_verified(test, written->path, NULL, "restored", 0);
}

EACH_VERSION(every_truncation)

static void check_bytes_behind_the_end(struct test *test, struct written *written) {
    const size_t more[] = {1, 2, 3, 63, 64, 65, 512, 4096, 1000000};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (ftruncate(written->descriptor, (off_t)(written->size + more[i])) != 0)
            abort();
        check_refused(test, written->path, "damaged", "bytes more", more[i]);
    }
}

EACH_VERSION(bytes_behind_the_end)

/* What is said when the byte at `at` is damaged. */
static void say_damage(const struct written *written, size_t at, char *text, size_t size) {
    for (size_t i = 0; i < sections_of(written); i++) {
        const struct layout_section *section = &written->layout.sections[i];
        if (at >= section->offset && at - section->offset < section->bytes) {
            snprintf(text, size, ": damaged: the checksum of the %s is wrong",
                     layout_parts[layout_part_of(section)].name);
            return;
        }
    }
    snprintf(text, size, ": damaged: byte %zu is padding and should be zero", at);
}

static void check_every_byte_of_the_body_is_verified(struct test *test, struct written *written) {
    struct rng rng = rng_seed(21, 0);
    for (size_t at = (size_t)written->layout.head_bytes; at < written->size; at++) {
        const unsigned char byte = written->bytes[at] ^ (unsigned char)(1 + rng_below(&rng, 255));
        char expected[128];
        say_damage(written, at, expected, sizeof expected);
        patch(written, at, &byte, 1);
        check_verified(test, written->path, expected, "byte", at);
        patch(written, at, &written->bytes[at], 1);
    }
    check_verified(test, written->path, NULL, "restored", 0);
}

EACH_VERSION(every_byte_of_the_body_is_verified)

/* All that a program may ask of a model; answers lie inside the model, whatever state it is in. */
static void check_answers(struct test *test, const struct model *model, size_t round) {
    for (size_t id = 0; id < model->vocab; id++) {
        size_t length = SIZE_MAX, found = SIZE_MAX;
        const char *word = model_word(model, id, &length);
        CHECK_MSG(test,
                  length == 0 || (word >= model->text && length < model->text_bytes &&
                                  (size_t)(word - model->text) < model->text_bytes - length),
                  "round %zu, word %zu", round, id);
        if (model_find(model, word, length, &found))
            CHECK_MSG(test, found < model->vocab, "round %zu, word %zu", round, id);
        if (model_find(model, words[id], strlen(words[id]), &found)) {
            word = model_word(model, found < model->vocab ? found : 0, &length);
            CHECK_MSG(test, length == strlen(words[id]) && memcmp(word, words[id], length) == 0,
                      "round %zu, word %zu", round, id);
        }
        CHECK(test, !model_find(model, "missing", 7, &found) || found < model->vocab);
    }
    const char *const keys[] = {"tokenizer", "dim", "seed", "missing", ""};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t length = SIZE_MAX;
        const char *value = model_record(model, keys[i], &length);
        CHECK_MSG(test,
                  value == NULL || (value > model->record && length < model->record_bytes &&
                                    (size_t)(value - model->record) <= model->record_bytes - length),
                  "round %zu, %s", round, keys[i]);
    }
}

static void check_damaged(struct test *test, const struct written *written, size_t round) {
    struct error error = {.kind = ERROR_NONE};
    struct model model;
    CHECK_MSG(test, model_open(&model, written->path, &error), "round %zu: %s", round, error.text);
    if (error.kind != ERROR_NONE)
        return;
    check_answers(test, &model, round);
    CHECK_MSG(test, !model_verify(&model, written->path, &error) && error.kind == ERROR_INPUT, "round %zu",
              round);
    model_close(&model);
}

static void check_random_damage(struct test *test, struct written *written) {
    struct rng rng = rng_seed(22, 0);
    const size_t head = (size_t)written->layout.head_bytes;
    const uint32_t body = (uint32_t)(written->size - head);
    for (size_t round = 0; round < 2000; round++) {
        /* Every change sets a bit of its own, so that no two undo each other. */
        const uint32_t changes = 1 + rng_below(&rng, 8);
        for (uint32_t i = 0; i < changes; i++) {
            const size_t at = head + rng_below(&rng, body);
            const unsigned char byte = written->bytes[at] ^ (unsigned char)(1U << i);
            patch(written, at, &byte, 1);
        }
        check_damaged(test, written, round);
        restore(written);
    }
}

EACH_VERSION(random_damage)

/* The numbers that lead elsewhere, replaced by the worst there are. */
static void check_bad_starts_and_slots(struct test *test, struct written *written) {
    const uint64_t text = section_of(written, LAYOUT_WORDS)->bytes;
    const uint64_t starts[] = {text - 1,  text,       text + 1,       UINT32_MAX,        (uint64_t)1 << 32,
                               INT64_MAX, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - text, (uint64_t)1 << 63};
    const uint32_t slots[] = {VOCAB + 1, VOCAB + 2, INT32_MAX, UINT32_MAX, UINT32_C(1) << 31};
    struct rng rng = rng_seed(23, 0);
    for (size_t round = 0; round < 1000; round++) {
        for (uint32_t i = rng_below(&rng, 4) + 1; i > 0; i--) {
            const uint64_t start = starts[rng_below(&rng, 10)];
            patch(written,
                  section_of(written, LAYOUT_STARTS)->offset + 8 * (size_t)rng_below(&rng, VOCAB + 1), &start,
                  sizeof start);
            const uint32_t slot = slots[rng_below(&rng, 5)];
            patch(written, section_of(written, LAYOUT_INDEX)->offset + 4 * (size_t)rng_below(&rng, 2 * VOCAB),
                  &slot, sizeof slot);
        }
        check_damaged(test, written, round);
        restore(written);
    }
}

EACH_VERSION(bad_starts_and_slots)

/* A search must end although no slot is free. */
static void check_an_index_without_a_free_slot(struct test *test, struct written *written) {
    const uint32_t slots[] = {1, VOCAB, VOCAB + 1, UINT32_MAX};
    alarm(20);
    for (size_t i = 0; i < 4; i++) {
        size_t found;
        for (size_t slot = 0; slot < 2 * (size_t)VOCAB; slot++)
            patch(written, section_of(written, LAYOUT_INDEX)->offset + 4 * slot, &slots[i], sizeof *slots);
        struct model model = open_model(test, written->path);
        CHECK_MSG(test, !model_find(&model, "missing", 7, &found), "slots of %u", slots[i]);
        CHECK_MSG(test, model_find(&model, words[0], 3, &found) == (slots[i] == 1), "slots of %u", slots[i]);
        model_close(&model);
        check_damaged(test, written, i);
    }
    alarm(0);
}

EACH_VERSION(an_index_without_a_free_slot)

/* --- headers that somebody made --- */

struct shape {
    const char *name;
    uint64_t vocab, dim, stride, slots, words, record;
};

/* The layout of a shape, with the sizes and offsets that wrap where they overflow. */
static struct layout forge(const struct written *written, const struct shape *shape) {
    struct layout layout = written->layout;
    const uint64_t matrix = shape->vocab * shape->stride * 4;
    const uint64_t bytes[LAYOUT_PARTS] = {
        shape->record, (shape->vocab + 1) * 8, shape->words, shape->vocab * 8, shape->slots * 4, matrix,
        matrix,        shape->vocab * 4,       matrix / 4,   shape->vocab * 8};
    layout.header.vocab = shape->vocab;
    layout.header.dim = shape->dim;
    layout.header.stride = shape->stride;
    layout.header.slots = shape->slots;
    uint64_t at = layout.head_bytes;
    for (size_t i = 0; i < sections_of(written); i++) {
        layout.sections[i].offset = (at + 63) / 64 * 64;
        layout.sections[i].bytes = bytes[i];
        at = layout.sections[i].offset + bytes[i];
    }
    layout.header.file_bytes = at;
    return layout;
}

#define BIT(n) ((uint64_t)1 << (n))

/* Shapes whose sums come out right, but modulo 2^64 only, or which no writer makes. */
static void check_forged_shapes(struct test *test, struct written *written) {
    const uint64_t text = section_of(written, LAYOUT_WORDS)->bytes, line = sizeof record - 1;
    const struct shape shapes[] = {
        {"as it is", VOCAB, DIM, STRIDE, 32, text, line},
        {"no dimension", VOCAB, 0, STRIDE, 32, text, line},
        {"more dimensions than floats", VOCAB, STRIDE + 1, STRIDE, 32, text, line},
        {"very many dimensions", VOCAB, UINT64_MAX, STRIDE, 32, text, line},
        {"no floats", VOCAB, DIM, 0, 32, text, line},
        {"nothing in a row", VOCAB, 0, 0, 32, text, line},
        {"rows that are not aligned", VOCAB, DIM, 8, 32, text, line},
        {"rows longer than need be", VOCAB, DIM, STRIDE + 16, 32, text, line},
        {"no words", 0, DIM, STRIDE, 2, text, line},
        {"no words in no text", 0, DIM, STRIDE, 2, 0, line},
        {"less text than words", VOCAB, DIM, STRIDE, 32, VOCAB - 1, line},
        {"no slots", VOCAB, DIM, STRIDE, 0, text, line},
        {"too few slots", VOCAB, DIM, STRIDE, 16, text, line},
        {"no power of two", VOCAB, DIM, STRIDE, 33, text, line},
        {"more slots than need be", VOCAB, DIM, STRIDE, 64, text, line},
        {"slots that overflow", VOCAB, DIM, STRIDE, BIT(62) + 32, text, line},
        {"a matrix that overflows", VOCAB, BIT(62) + DIM, BIT(62) + STRIDE, 32, text, line},
        {"a matrix whose bytes overflow", VOCAB, BIT(58) + DIM, BIT(58) + STRIDE, 32, text, line},
        {"a record that overflows", VOCAB, DIM, STRIDE, 32, text, 0 - BIT(6)},
        {"words that overflow", VOCAB, DIM, STRIDE, 32, 0 - 3 * BIT(6), line},
        {"words and a record that overflow", VOCAB, DIM, STRIDE, 32, BIT(63) + 64, BIT(63) - 64},
        {"very many words", BIT(62) + VOCAB, DIM, STRIDE, 32, BIT(62) + 64, 0 - BIT(62)},
        {"more words than ids", BIT(62) + VOCAB, DIM, STRIDE, BIT(63), BIT(62) + 64,
         0 - BIT(62) - 4 * BIT(63)},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct layout layout = forge(written, &shapes[i]);
        /* The size of the file is right too. */
        CHECK_MSG(test, layout.header.file_bytes < 100000, "%s: %llu", shapes[i].name,
                  (unsigned long long)layout.header.file_bytes);
        if (ftruncate(written->descriptor, (off_t)layout.header.file_bytes) != 0)
            abort();
        patch_layout(written, layout);
        if (i > 0)
            check_refused(test, written->path, "damaged: the sizes in the header don't fit together",
                          shapes[i].name, 0);
        else
            check_verified(test, written->path, NULL, shapes[i].name, 0);
        restore(written);
    }
}

EACH_VERSION(forged_shapes)

/* A layout in which one number, at `offset`, is another. */
static void check_field(struct test *test, const struct written *written, size_t offset, size_t size,
                        uint64_t value) {
    struct layout layout = written->layout;
    memcpy((unsigned char *)&layout + offset, &value, size);
    if (memcmp(&layout, &written->layout, sizeof layout) == 0)
        return;
    patch_layout(written, layout);
    check_refused(test, written->path, ": ", "layout field", offset);
}

static size_t field_of(size_t section, size_t field) {
    return offsetof(struct layout, sections) + section * sizeof(struct layout_section) + field;
}

static void check_forged_numbers(struct test *test, struct written *written) {
    const uint64_t all[] = {0,       1,           7,       BIT(31),         BIT(32) - 1, BIT(32),
                            BIT(62), BIT(63) - 1, BIT(63), UINT64_MAX - 63, UINT64_MAX};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        check_field(test, written, offsetof(struct layout_header, byte_order), 4, all[i]);
        check_field(test, written, offsetof(struct layout_header, version), 4, all[i]);
        check_field(test, written, offsetof(struct layout_header, vocab), 8, all[i]);
        check_field(test, written, offsetof(struct layout_header, dim), 8,
                    all[i] > 0 && all[i] <= STRIDE ? STRIDE + 1 : all[i]);
        check_field(test, written, offsetof(struct layout_header, stride), 8, all[i]);
        check_field(test, written, offsetof(struct layout_header, slots), 8, all[i]);
        check_field(test, written, offsetof(struct layout_header, file_bytes), 8, all[i]);
        for (size_t section = 0; section < sections_of(written); section++) {
            check_field(test, written, field_of(section, offsetof(struct layout_section, offset)), 8, all[i]);
            /* A shorter record may still fit. */
            if (section != LAYOUT_RECORD || all[i] == 0 || all[i] > 64)
                check_field(test, written, field_of(section, offsetof(struct layout_section, bytes)), 8,
                            all[i]);
        }
    }
    for (uint32_t version = 1; version <= LAYOUT_VERSION; version++)
        check_field(test, written, offsetof(struct layout_header, version), 4, version);
    restore(written);
    check_verified(test, written->path, NULL, "restored", 0);
}

EACH_VERSION(forged_numbers)

static void check_forged_places(struct test *test, struct written *written) {
    const uint64_t steps[] = {64, 0 - BIT(6), 1, UINT64_MAX};
    for (size_t i = 0; i < sections_of(written); i++)
        for (size_t step = 0; step < 4; step++) {
            const struct layout_section *section = &written->layout.sections[i];
            check_field(test, written, field_of(i, offsetof(struct layout_section, offset)), 8,
                        section->offset + steps[step]);
            /* One byte more or less of text may still fit. */
            if (step < 2 || (i != LAYOUT_RECORD && i != LAYOUT_WORDS))
                check_field(test, written, field_of(i, offsetof(struct layout_section, bytes)), 8,
                            section->bytes + steps[step]);
        }
}

EACH_VERSION(forged_places)

/* In a file of version 1, the places that version 2 has must be empty. */
static void places_of_version_1(struct test *test) {
    struct written written = write_sample(test);
    make_old(&written, 1);
    const size_t places[] = {LAYOUT_QUANTIZED, LAYOUT_QUANTIZATION};
    for (size_t i = 0; i < 4; i++) {
        struct version2_header old = old_header(&written.layout);
        if (i % 2 == 0)
            old.places[places[i / 2]].bytes = 64;
        else
            old.places[places[i / 2]].offset = written.size;
        old_model_seal(&old);
        patch(&written, 0, &old, sizeof old);
        check_refused(test, written.path, "the sizes in the header don't fit together", "place", i);
    }
    close_written(&written);
}

/* The header has the size that the file has, but the sections end elsewhere. */
static void check_forged_sizes(struct test *test, struct written *written) {
    const uint64_t steps[] = {1, 4, 64, 0 - BIT(0), 0 - BIT(2), 0 - BIT(6)};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct layout layout = written->layout;
        layout.header.file_bytes += steps[i];
        if (ftruncate(written->descriptor, (off_t)layout.header.file_bytes) != 0)
            abort();
        patch_layout(written, layout);
        check_refused(test, written->path, "the sizes in the header don't fit together", "step", i);
        restore(written);
    }
}

EACH_VERSION(forged_sizes)

/* Checksums that are right do not make words that are wrong good. */
static void check_forged_words(struct test *test, struct written *written) {
    const struct {
        const char *says;
        enum layout_part section;
        size_t at, size;
        uint64_t value;
    } changes[] = {
        {"don't fill their section", LAYOUT_STARTS, 0, 8, 1},
        {"don't fill their section", LAYOUT_STARTS, sizeof(uint64_t) * VOCAB, 8, 60},
        {"word 0 has no end", LAYOUT_WORDS, 3, 1, 'x'},
        {"word 0 is not where", LAYOUT_WORDS, 0, 1, 'T'},
        {"word 2 is not where", LAYOUT_STARTS, sizeof(uint64_t) * 3, 8, 1000000},
        {"word 9 is not where", LAYOUT_WORDS, 47, 1, 'a'}, /* as word 3 is */
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct layout layout = written->layout;
        struct layout_section *section = &layout.sections[changes[i].section];
        patch(written, section->offset + changes[i].at, &changes[i].value, changes[i].size);
        struct model model = open_model(test, written->path);
        section->checksum = checksum(model.map.data + section->offset, (size_t)section->bytes);
        model_close(&model);
        patch_layout(written, layout);
        check_verified(test, written->path, changes[i].says, "change", i);
        restore(written);
    }
}

EACH_VERSION(forged_words)

/* --- sections that not every program knows --- */

#define EXTRAS 3

static const struct model_section extras[EXTRAS] = {
    {"clusters", "new_york\nlos_angeles\n", 21}, {"nothing", NULL, 0}, {"n-grams!", "\0\1\2\3\4\5\6", 7}};

static struct written write_extras(struct test *test) {
    struct sample sample;
    fill_sample(&sample);
    sample.content.extra = extras;
    sample.content.extra_count = EXTRAS;
    return open_written(test, &sample.content);
}

/* Every section is read by its tag, and those that nothing here asks for are skipped. */
static void extra_sections(struct test *test) {
    struct sample sample;
    fill_sample(&sample);
    struct written written = write_extras(test);
    struct model model = open_model(test, written.path);
    check_words(test, &model);
    check_vectors(test, &model, &sample);
    size_t bytes;
    for (size_t i = 0; i < EXTRAS; i++) {
        const char *data = model_section(&model, extras[i].tag, &bytes);
        CHECK_MSG(test, data != NULL && bytes == extras[i].bytes && (uintptr_t)data % 64 == 0, "%s",
                  extras[i].tag);
        CHECK_MSG(test, data != NULL && (bytes == 0 || memcmp(data, extras[i].data, bytes) == 0), "%s",
                  extras[i].tag);
    }
    const char *const others[] = {"", "cluster", "clusterss", "CLUSTERS", "n-grams!!", "record2"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK_MSG(test, model_section(&model, others[i], &bytes) == NULL && bytes == 0, "%s", others[i]);
    CHECK(test, model_section(&model, "norms", &bytes) == model.norms && bytes == VOCAB * sizeof(float));
    model_close(&model);
    check_verified(test, written.path, NULL, "extra sections", 0);
    const struct layout_section *last = layout_find(&written.layout, "n-grams!");
    CHECK(test, last->offset + last->bytes == written.size);
    patch(&written, last->offset + 3, "x", 1);
    check_verified(test, written.path, "the checksum of the section \"n-grams!\" is wrong", "damaged", 0);
    restore(&written);
    patch(&written, last->offset - 1, "x", 1);
    check_verified(test, written.path, "is padding and should be zero", "padding", 0);
    close_written(&written);
}

/* A file of a program to come: a section that this one doesn't know may be skipped, unless the file says
 * that it is required, or says what this program doesn't understand. */
static void sections_of_newer_programs(struct test *test) {
    const struct {
        size_t section;
        uint64_t flags;
        bool refused;
    } files[] = {{LAYOUT_PARTS, 0, false},      {LAYOUT_PARTS, 1, true},     {LAYOUT_PARTS, 2, true},
                 {LAYOUT_PARTS, BIT(63), true}, {LAYOUT_PARTS + 2, 1, true}, {LAYOUT_NORMS, 0, false},
                 {LAYOUT_OUTPUT, 1, false},     {LAYOUT_OUTPUT, 3, true},    {LAYOUT_INPUT, 4, true}};
    struct written written = write_extras(test);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct layout layout = written.layout;
        layout.sections[files[i].section].flags = files[i].flags;
        patch_layout(&written, layout);
        char says[128];
        snprintf(says, sizeof says, ": has a section, \"%.8s\", that this sgns can't read; use a newer sgns",
                 layout.sections[files[i].section].tag);
        if (files[i].refused)
            check_refused(test, written.path, says, "flags", i);
        else
            check_verified(test, written.path, NULL, "flags", i);
    }
    /* Without a section that it knows, but with one that a newer program needs, the file is not damaged. */
    struct layout layout = written.layout;
    memcpy(layout.sections[LAYOUT_INDEX].tag, "index2\0", 8);
    patch_layout(&written, layout);
    check_refused(test, written.path, "\"index2\", that this sgns can't read; use a newer sgns", "index2", 0);
    close_written(&written);
}

/* Tables that no program writes. */
static void forged_tables(struct test *test) {
    const struct {
        const char *tag;
        size_t section;
        const char *says;
    } tags[] = {
        {"norms\0\0", LAYOUT_PARTS, "a section has a wrong tag"}, /* twice */
        {"n-grams!", LAYOUT_PARTS, "a section has a wrong tag"},  /* twice */
        {"\0\0\0\0\0\0\0", LAYOUT_PARTS, "a section has a wrong tag"},
        {"a\0b\0\0\0\0", LAYOUT_PARTS, "a section has a wrong tag"},
        {"\0bcdefg", LAYOUT_PARTS, "a section has a wrong tag"},
        {"a b\0\0\0\0", LAYOUT_PARTS, "a section has a wrong tag"},
        {"a\nb\0\0\0\0", LAYOUT_PARTS, "a section has a wrong tag"},
        {"a\x7f\0\0\0\0\0", LAYOUT_PARTS, "a section has a wrong tag"},
        {"\xc3\xa9\0\0\0\0\0", LAYOUT_PARTS, "a section has a wrong tag"},
        {"Scales\0", LAYOUT_QUANTIZATION, "the sizes in the header"}, /* int8 without scales */
        {"Int8\0\0\0", LAYOUT_QUANTIZED, "the sizes in the header"},
    };
    struct written written = write_extras(test);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        struct layout layout = written.layout;
        memcpy(layout.sections[tags[i].section].tag, tags[i].tag, LAYOUT_TAG_BYTES);
        patch_layout(&written, layout);
        check_refused(test, written.path, tags[i].says, "tag", i);
    }
    for (int part = 0; part < LAYOUT_PARTS; part++) {
        struct layout layout = written.layout;
        layout.sections[part].tag[0] = 'X';
        layout.sections[part].flags = 0;
        const bool needed = part != LAYOUT_OUTPUT;
        patch_layout(&written, layout);
        if (needed)
            check_refused(test, written.path, "the sizes in the header don't fit together", "missing", 0);
        else
            check_verified(test, written.path, NULL, "missing", 0);
    }
    /* Sections that are there, but in another order than the table's. */
    for (size_t i = 0; i + 1 < sections_of(&written); i++) {
        struct layout layout = written.layout;
        layout.sections[i] = written.layout.sections[i + 1];
        layout.sections[i + 1] = written.layout.sections[i];
        patch_layout(&written, layout);
        check_refused(test, written.path, "the sizes in the header don't fit together", "swapped", i);
    }
    close_written(&written);
}

static void forged_section_counts(struct test *test) {
    const uint64_t counts[] = {0, 1, 9, 11, 64, 65, 1000, BIT(32), BIT(59), BIT(63), UINT64_MAX};
    struct written written = write_sample(test);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct layout_header header = written.layout.header;
        header.section_count = counts[i];
        /* The table's checksum is right where the file has so many bytes. */
        if (counts[i] <= 64)
            header.table_checksum = checksum(written.bytes + sizeof header,
                                             (size_t)counts[i] * sizeof(struct layout_section));
        header.checksum = checksum(&header, offsetof(struct layout_header, checksum));
        patch(&written, 0, &header, sizeof header);
        check_refused(test, written.path, ": damaged: ", "sections", (size_t)counts[i]);
    }
    restore(&written);
    patch(&written, sizeof(struct layout_header), "R", 1);
    check_refused(test, written.path, "the checksum of the section table is wrong", "table", 0);
    close_written(&written);
}

/* A table that reaches beyond the end of the file, whose size is right. */
static void a_table_beyond_the_end(struct test *test) {
    struct written written = write_sample(test);
    struct layout_header header = written.layout.header;
    header.section_count = 64;
    header.file_bytes = sizeof header + 63 * sizeof(struct layout_section) + 39;
    header.checksum = checksum(&header, offsetof(struct layout_header, checksum));
    if (ftruncate(written.descriptor, (off_t)header.file_bytes) != 0)
        abort();
    patch(&written, 0, &header, sizeof header);
    check_refused(test, written.path, "the sizes in the header don't fit together", "table", 0);
    close_written(&written);
}

static void sections_that_cannot_be_written(struct test *test) {
    static const char *const tags[] = {"",         "too-long-", "with blank", "a b",
                                       "\xc3\xa9", "record",    "scales",     "twice"};
    struct sample sample;
    fill_sample(&sample);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        const struct model_section pair[] = {{"twice", "x", 1}, {tags[i], "x", 1}};
        struct error error = {.kind = ERROR_NONE};
        struct file_out file;
        char path[4096], says[128];
        sample.content.extra = pair;
        sample.content.extra_count = 2;
        snprintf(says, sizeof says, ": a model can't have another section \"%s\"", tags[i]);
        CHECK(test, file_create(&file, test_path(path, sizeof path, "extra"), &error));
        CHECK_MSG(test, !model_write(&file, &sample.content, &error) && error.kind == ERROR_INPUT, "%s",
                  tags[i]);
        CHECK_MSG(test, strstr(error.text, says) != NULL, "%s", error.text);
        file_abandon(&file);
    }
}

/* As many as the table can have, and one more. */
static void as_many_sections_as_there_can_be(struct test *test) {
    enum { MANY = LAYOUT_SECTIONS_MAX - LAYOUT_PARTS + 1 };
    struct model_section many[MANY];
    char tags[MANY][9];
    struct sample sample;
    fill_sample(&sample);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(tags[i], sizeof tags[i], "extra%zu", i);
        many[i] = (struct model_section){tags[i], &many[i].bytes, i % 9};
    }
    sample.content.extra = many;
    sample.content.extra_count = MANY - 1;
    struct written written = open_written(test, &sample.content);
    CHECK(test, sections_of(&written) == LAYOUT_SECTIONS_MAX);
    check_verified(test, written.path, NULL, "many sections", 0);
    close_written(&written);
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    char path[4096];
    sample.content.extra_count = MANY;
    CHECK(test, file_create(&file, test_path(path, sizeof path, "extra"), &error));
    CHECK(test, !model_write(&file, &sample.content, &error) && error.kind == ERROR_INPUT);
    file_abandon(&file);
}

static void what_is_no_model(struct test *test) {
    const char *const texts[][2] = {
        {"", "not a model: the file is empty"},           {"s", "not a model but text"},
        {"the of and\n", "not a model but text"},         {"\211sgns\r\n", "truncated: 7 bytes"},
        {"\211sgns\n\032\n", "damaged at its beginning"}, {"\211spam\r\n\032", "not a model: neither"},
    };
    struct written written = write_sample(test);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (ftruncate(written.descriptor, 0) != 0)
            abort();
        patch(&written, 0, texts[i][0], strlen(texts[i][0]));
        check_refused(test, written.path, texts[i][1], "text", i);
    }
    unlink(written.path);
    check_refused(test, written.path, "can't open", "missing", 0);
    if (mkdir(written.path, 0777) != 0)
        abort();
    check_refused(test, written.path, "not a regular file", "folder", 0);
    rmdir(written.path);
    close_written(&written);
}

static void models_too_large_to_write(struct test *test) {
    struct sample sample;
    uint64_t most = 0;
    fill_sample(&sample);
    CHECK(test, model_file_bytes(VOCAB, (size_t)1 << 62, 16, true, 0, &most) && most > (uint64_t)1 << 62);
    const struct {
        size_t vocab, stride, text;
    } sizes[] = {{UINT32_MAX, 16, 100},
                 {SIZE_MAX, 16, 100},
                 {VOCAB, (size_t)1 << 60, 100},
                 {VOCAB, 16, SIZE_MAX},
                 {VOCAB, 16, (size_t)1 << 63}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct error error = {.kind = ERROR_NONE};
        struct file_out file;
        char path[4096];
        uint64_t bytes;
        CHECK(test, !model_file_bytes(sizes[i].vocab, sizes[i].text, sizes[i].stride, true, 0, &bytes));
        sample.vocab.size = sizes[i].vocab;
        sample.vocab.text_bytes = sizes[i].text;
        sample.content.stride = sizes[i].stride;
        CHECK(test, file_create(&file, test_path(path, sizeof path, "large"), &error));
        CHECK_MSG(test, !model_write(&file, &sample.content, &error) && error.kind == ERROR_INPUT, "size %zu",
                  i);
        CHECK_MSG(test, strstr(error.text, path) != NULL, "%s", error.text);
        file_abandon(&file);
    }
}

/* The estimate holds what is made while a model is written, and hardly more. */
static void memory_that_writing_takes(struct test *test) {
    const struct {
        size_t vocab, stride;
    } shapes[] = {{1, 16}, {2, 16}, {3, 112}, {1000, 304}, {1025, 16}, {3000000, 304}};
    size_t bytes;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct layout layout;
        uint64_t made = 0;
        CHECK(test, layout_start(&layout, shapes[i].vocab, shapes[i].stride, shapes[i].stride) &&
                        layout_add_parts(&layout, 0, shapes[i].vocab * 2, false));
        const int parts[] = {LAYOUT_INDEX, LAYOUT_NORMS, LAYOUT_QUANTIZED, LAYOUT_QUANTIZATION};
        for (size_t s = 0; s < 4; s++)
            made += layout_find(&layout, layout_parts[parts[s]].tag)->bytes;
        CHECK(test, model_write_memory(shapes[i].vocab, shapes[i].stride, &bytes));
        CHECK_MSG(test, bytes >= made && bytes - made <= shapes[i].vocab * 8, "%zu words: %zu, not %llu",
                  shapes[i].vocab, bytes, (unsigned long long)made);
    }
    CHECK(test, !model_write_memory(SIZE_MAX / 16, 16, &bytes) && !model_write_memory(1, SIZE_MAX, &bytes));
}

#define COLLIDING 1300

/* Words that all begin their search at one slot of 4096. */
static void make_colliding(char (*colliding)[8]) {
    size_t count = 0;
    for (unsigned number = 0; count < COLLIDING; number++) {
        char word[16];
        const int length = snprintf(word, sizeof word, "%x", number);
        if (length < 8 && (checksum(word, (size_t)length) & 4095) == 77)
            memcpy(colliding[count++], word, (size_t)length + 1);
    }
}

/* Whoever makes a model can't make every search go through all of it. Those that are too far are not found.
 */
static void words_made_to_collide(struct test *test) {
    static char colliding[COLLIDING][8];
    const char *list[COLLIDING];
    struct error error = {.kind = ERROR_NONE};
    size_t id, found = 0;
    make_colliding(colliding);
    for (size_t i = 0; i < COLLIDING; i++)
        list[i] = colliding[i];
    struct model model = toy_open(&(struct toy){.words = list, .vocab = COLLIDING, .dim = 1});
    CHECK(test, model.slot_count == 4096);
    CHECK_MSG(test, model_verify(&model, "FILE", &error), "%s", error.text);
    for (size_t i = 0; i < COLLIDING; i++)
        found += model_find(&model, colliding[i], strlen(colliding[i]), &id) && id == i;
    CHECK_MSG(test, found == LAYOUT_PROBES_MAX, "%zu", found);
    CHECK(test, !model_find(&model, "none", 4, &id));
    model_close(&model);
}

/* No file of three gigabytes is needed: only the numbers are looked at. */
static void a_word_of_gigabytes_is_cut(struct test *test) {
    const uint64_t starts[] = {0, (uint64_t)1 << 31, (uint64_t)3 << 31};
    const struct model model = {.vocab = 2, .starts = starts, .text = "", .text_bytes = (size_t)starts[2]};
    size_t length;
    CHECK(test, model_word(&model, 0, &length) == model.text && length == INT_MAX);
    CHECK(test, model_word(&model, 1, &length) == model.text + starts[1] && length == INT_MAX);
}

static const struct test_case cases[] = {
    {"model: what is written is read", what_is_written_is_read},
    {"model: old versions are read", old_versions_are_read},
    {"model: without context vectors", without_context_vectors},
    {"model: an open one is replaced", an_open_model_is_replaced},
    {"model: many words", many_words},
    {"model: the index goes round", the_index_goes_round},
    {"model: norms of very large and very small rows", norms_of_very_large_and_very_small_rows},
    {"model: records", records},
    {"model: records are made", records_are_made},
    {"model: records refuse what they can't hold", records_refuse_what_they_cannot_hold},
    {"model: rules come from the record", rules_come_from_the_record},
    {"model: the bytes", the_bytes_of_a_model},
    {"model: the example of the layout", the_example_of_the_layout},
    {"model: checksums", checksums},
    {"model: checksums see damage", checksums_see_damage},
    {"model: every byte of the header", every_byte_of_the_header},
    {"model: every truncation", every_truncation},
    {"model: bytes behind the end", bytes_behind_the_end},
    {"model: every byte of the body is verified", every_byte_of_the_body_is_verified},
    {"model: random damage", random_damage},
    {"model: bad starts and slots", bad_starts_and_slots},
    {"model: an index without a free slot", an_index_without_a_free_slot},
    {"model: forged shapes", forged_shapes},
    {"model: forged numbers", forged_numbers},
    {"model: forged places", forged_places},
    {"model: places of version 1", places_of_version_1},
    {"model: forged sizes", forged_sizes},
    {"model: forged words", forged_words},
    {"model: extra sections", extra_sections},
    {"model: words made to collide", words_made_to_collide},
    {"model: a word of gigabytes is cut", a_word_of_gigabytes_is_cut},
    {"model: sections of newer programs", sections_of_newer_programs},
    {"model: forged tables", forged_tables},
    {"model: forged section counts", forged_section_counts},
    {"model: a table beyond the end", a_table_beyond_the_end},
    {"model: sections that can't be written", sections_that_cannot_be_written},
    {"model: as many sections as there can be", as_many_sections_as_there_can_be},
    {"model: what is no model", what_is_no_model},
    {"model: too large to write", models_too_large_to_write},
    {"model: memory that writing takes", memory_that_writing_takes},
};

TEST_MAIN(cases)
