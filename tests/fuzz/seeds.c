#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/old_model.h"
#include "analyse/subword_fit.h"
#include "formats/open.h"
#include "fuzz.h"
#include "train/checkpoint.h"

#define VOCAB 14
#define DIM 5
#define STRIDE 16

static const char *const words[VOCAB] = {"the",   "of",           "king", "queen", "man",
                                         "woman", "paris",        "rome", "and",   "new_york",
                                         "don't", "na\xc3\xafve", "2024", "Paris"};

/* What the texts of tests and questions are made of. */
static const struct {
    enum seed seed;
    const char *text;
} texts[] = {
    {SEED_SIMILARITY, "# pairs\nking queen 8.5\nman woman 7\nparis rome 5e-1\nthe of 0\nKing naive 1\n"},
    {SEED_ANALOGIES, ": capital\nking man queen woman\nParis rome paris king\n: gram1\nthe of and 2024\n"},
    {SEED_CATEGORIES, "king person\nqueen person\nman person\nparis city\nrome city\nParis city\n"},
    {SEED_OUTLIERS, "king queen man paris\nparis rome Paris the\n# of\nthe of and woman\n"},
    {SEED_FACTORS, "# factors\nking kind person\nqueen kind person\nman kind person\nwoman kind "
                   "person\nparis kind city\nrome kind "
                   "city\nthe kind word\nof kind word\nking length 4\nqueen length 5\nman length 3\nparis "
                   "length 5\nrome length "
                   "4.5\nthe length 3e0\nand length 3\n"},
    {SEED_QUESTIONS, "king - man + woman\n2 paris - 0.5 rome, queen\n\"new york\" - \"2024\", -the\nkign, "
                     "new york rome\n- , + 3\n"},
    {SEED_ARGUMENTS,
     "--whole 5 --real=0.25 -o text --flag --choice two operand --texts a --texts=b -- --x -"},
    {SEED_VOCABULARY, "king\t12\nqueen\t7\r\nna\xc3\xafve 5\n\nnew_york\t0005\nking\t1\n"},
    {SEED_PHRASES, "new york\t1\t12\t3.5\nnew_york city\t2\r\n\nlos  angeles\nnew_york_city hall\t8\n"},
    {SEED_PROSE, "The King of Rome, and don't: na\xc3\xafve well-known_words 2024!\n\xe6\x97\xa5\xe6\x9c\xac "
                 "\xf0\x90\x90\x80 \xff\xc3 the the the of\n"},
};

static void print(struct bytes *to, const char *text) {
    bytes_append(to, text, strlen(text));
}

static float number_of(size_t id, size_t d) {
    return (float)((id * 7 + d * 3) % 11) * 0.25F - 1.25F;
}

static void write_or_give_up(const char *path, const struct model_content *content) {
    struct error error = {.kind = ERROR_NONE};
    struct file_out file;
    if (!file_create(&file, path, &error) || !model_write(&file, content, &error) ||
        !file_commit(&file, &error))
        give_up(error.text);
}

static void read_or_give_up(const char *path, struct bytes *to) {
    struct error error = {.kind = ERROR_NONE};
    struct file_map map;
    if (!file_map_open(&map, path, &error))
        give_up(error.text);
    bytes_append(to, map.data, map.size);
    file_map_close(&map);
}

struct seed_vocab {
    char text[256];
    uint64_t starts[VOCAB + 1], counts[VOCAB];
};

static struct vocab make_vocab(struct seed_vocab *of) {
    of->starts[0] = 0;
    for (size_t id = 0; id < VOCAB; id++) {
        const size_t length = strlen(words[id]);
        memcpy(of->text + of->starts[id], words[id], length + 1);
        of->starts[id + 1] = of->starts[id] + length + 1;
        of->counts[id] = 100 - 5 * id;
    }
    return (struct vocab){VOCAB, of->text, of->starts[VOCAB], of->starts, of->counts, 0};
}

/* N-grams that are all known: to words that are damaged, others are. */
static struct model_section make_ngrams(const struct vocab *vocab, const float *rows) {
    struct error error = {.kind = ERROR_NONE};
    const struct subword_options options = {.min = 2, .max = 3, .min_words = 1};
    const struct subword_target target = {.input = rows, .dim = DIM, .stride = STRIDE, .threads = 1};
    struct subword_fit fit;
    struct model_section section = {.tag = SUBWORDS_TAG};
    if (subword_fit_create(&fit, vocab, &options, SIZE_MAX, &error))
        section.data = subword_fit_run(&fit, &target, &section.bytes, &error);
    if (section.data == NULL)
        give_up(error.text);
    subword_fit_free(&fit);
    return section;
}

static void make_native(struct fuzz *fuzz, const char *path) {
    struct seed_vocab words_of;
    float rows[VOCAB * STRIDE] = {0};
    const struct vocab vocab = make_vocab(&words_of);
    for (size_t id = 0; id < VOCAB; id++)
        for (size_t d = 0; d < DIM; d++)
            rows[id * STRIDE + d] = number_of(id, d);
    const char record[] = "tokenizer=words\nkeep_case=0\ndim=5\nloss.1=2.5\n";
    struct model_section extra[2] = {{"phrases", "new york\t1\nking queen\t1\nnew_york rome\t2\n", 40}};
    struct model_content content = {&vocab, DIM, STRIDE, rows, NULL, record, sizeof record - 1,
                                    NULL,   0,   NULL};
    write_or_give_up(path, &content);
    read_or_give_up(path, &fuzz->seeds[SEED_NATIVE_WITHOUT_CONTEXT]);
    content.extra = extra;
    content.extra_count = 1;
    write_or_give_up(path, &content);
    read_or_give_up(path, &fuzz->seeds[SEED_NATIVE_WITH_EXTRA]);
    extra[1] = make_ngrams(&vocab, rows);
    content.extra = extra + 1;
    write_or_give_up(path, &content);
    read_or_give_up(path, &fuzz->seeds[SEED_NATIVE_WITH_NGRAMS]);
    content.extra_count = 0;
    content.output = rows;
    write_or_give_up(path, &content);
    read_or_give_up(path, &fuzz->seeds[SEED_NATIVE]);
    content.extra = extra;
    content.extra_count = 2;
    write_or_give_up(path, &content); /* the model that answers */
    free((void *)extra[1].data);
}

/* A training of three epochs by two threads. */
static void make_checkpoint(struct fuzz *fuzz, const char *path) {
    struct error error = {.kind = ERROR_NONE};
    struct seed_vocab words_of;
    const struct vocab vocab = make_vocab(&words_of);
    const struct measures measures[3] = {{.loss = 3, .chance = 4, .accuracy = 0.75, .pairs = 100}};
    const uint32_t random[2 * KERNEL_ROW_FLOATS] = {1, 2, 3};
    const size_t stride = kernel_stride(DIM);
    static bfloat16 rows[VOCAB * KERNEL_ROW_NUMBERS];
    const struct trainer_state state = {.tasks = 5,
                                        .measures = measures,
                                        .random = random,
                                        .threads = 2,
                                        .stride = stride,
                                        .input = rows,
                                        .output = rows};
    const char record[] = "dim=5\nepochs=3\nfingerprint=123\n";
    const struct checkpoint_content content = {.vocab = &vocab,
                                               .dim = DIM,
                                               .epochs = 3,
                                               .state = &state,
                                               .record = record,
                                               .record_bytes = sizeof record - 1};
    struct file_out file;
    if (stride != KERNEL_ROW_NUMBERS || !file_create(&file, path, &error) ||
        !checkpoint_write(&file, &content, &error) || !file_commit(&file, &error))
        give_up(error.text);
    read_or_give_up(path, &fuzz->seeds[SEED_CHECKPOINT]);
}

static void make_old(struct fuzz *fuzz, enum seed seed, uint32_t version) {
    size_t size = fuzz->seeds[SEED_NATIVE].size;
    unsigned char *file = old_model_make(version, fuzz->seeds[SEED_NATIVE].data, &size);
    bytes_append(&fuzz->seeds[seed], file, size);
    free(file);
}

static void make_binary(struct bytes *to, const char *row_end) {
    print(to, "14 5\n");
    for (size_t id = 0; id < VOCAB; id++) {
        print(to, words[id]);
        print(to, " ");
        for (size_t d = 0; d < DIM; d++) {
            const float number = number_of(id, d);
            bytes_append(to, &number, sizeof number);
        }
        print(to, row_end);
    }
}

static void make_text(struct bytes *to, const char *head, const char *row_end) {
    print(to, head);
    for (size_t id = 0; id < VOCAB; id++) {
        print(to, words[id]);
        for (size_t d = 0; d < DIM; d++) {
            char number[32];
            snprintf(number, sizeof number, d == 3 ? " %.3e" : " %g", (double)number_of(id, d));
            print(to, number);
        }
        print(to, row_end);
    }
}

void seeds_make(struct fuzz *fuzz) {
    struct error error = {.kind = ERROR_NONE};
    make_checkpoint(fuzz, fuzz->path);
    if (unlink(fuzz->path) != 0)
        give_up("can't remove a file");
    make_native(fuzz, fuzz->path);
    make_old(fuzz, SEED_NATIVE_2, 2);
    make_old(fuzz, SEED_NATIVE_1, 1);
    make_binary(&fuzz->seeds[SEED_BINARY], "\n");
    make_binary(&fuzz->seeds[SEED_BINARY_WITHOUT_NEWLINES], "");
    make_text(&fuzz->seeds[SEED_TEXT], "14 5\n", "\n");
    make_text(&fuzz->seeds[SEED_FASTTEXT], "14 5\n", " \n");
    make_text(&fuzz->seeds[SEED_GLOVE], "", "\r\n");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        print(&fuzz->seeds[texts[i].seed], texts[i].text);
    if (!model_open(&fuzz->model, fuzz->path, &error))
        give_up(error.text);
}
