#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/embed.h"
#include "cli/options.h"
#include "eval/analogies.h"
#include "eval/categories.h"
#include "eval/outliers.h"
#include "eval/probe.h"
#include "eval/word_pairs.h"
#include "formats/export_formats.h"
#include "formats/open.h"
#include "fuzz.h"
#include "model/checksum.h"
#include "model/record.h"
#include "query/expression.h"
#include "query/lookup.h"
#include "search/vectors.h"
#include "text/ingest.h"
#include "text/vocab_file.h"
#include "train/checkpoint.h"

#define ANSWERS 5

/* --- questions --- */

/* Asks for the rows nearest to an expression. */
static void ask(const struct model *model, const struct space *space, const struct expression *expression,
                enum method method, size_t threads) {
    struct error error = {.kind = ERROR_NONE};
    struct neighbor found[ANSWERS];
    size_t count = 0;
    const struct query query = {.terms = expression->terms,
                                .count = expression->count,
                                .length = expression->length,
                                .excluded = expression->ids,
                                .excluded_count = expression->id_count};
    const struct search search = {.space = space,
                                  .directions = expression->directions,
                                  .direction_count = expression->count,
                                  .queries = &query,
                                  .query_count = 1,
                                  .method = method,
                                  .k = ANSWERS,
                                  .min_score = -INFINITY,
                                  .threads = threads};
    if (!nearest(&search, found, &count, &error))
        return;
    for (size_t i = 0; i < count; i++)
        if (found[i].id >= model->vocab || !isfinite(found[i].score))
            give_up("an answer that is no word, or has no score");
}

/* All questions of a text, as near takes a line of them. */
static void query_text(const struct model *model, const struct space *space, const char *text,
                       enum method method, size_t threads) {
    for (;;) {
        struct error error = {.kind = ERROR_NONE};
        struct expression expression;
        const size_t length = expression_extent(model->rules, text);
        if (length > strlen(text))
            give_up("a question longer than its text");
        if (expression_parse(&expression, model, text, length, method, &error)) {
            ask(model, space, &expression, method, threads);
            expression_free(&expression);
        }
        if (expression_parse_analogy(&expression, model, text, length, method, &error))
            expression_free(&expression);
        if (text[length] == '\0')
            return;
        text += length + 1;
    }
}

/* --- models --- */

static void look_up_words(const struct model *model) {
    for (size_t id = 0; id < model->vocab && id < 40; id++) {
        size_t length, found;
        const char *word = model_word(model, id, &length);
        if (model_find(model, word, length, &found) && found >= model->vocab)
            give_up("a word beyond the vocabulary");
    }
    static const char *const others[] = {"king", "King", "qeen", "new york", "", "zzzzzz", "na\xc3\xafve"};
    float *made = calloc(model->stride, sizeof *made);
    if (made == NULL)
        give_up("no memory");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct error error = {.kind = ERROR_NONE};
        size_t found, used;
        if (lookup_unseen(model, others[i], made, &used) &&
            !(used > 0 && vector_usable(model_norm(made, model->dim))))
            give_up("a vector of n-grams that has no direction");
        if (lookup_known(model, others[i], &found, &error) && found >= model->vocab)
            give_up("a word beyond the vocabulary");
    }
    free(made);
}

static void embed(const struct model *model) {
    static const char *const lines[] = {"the king of rome", "Paris and new_york \xff", ""};
    const size_t count = sizeof lines / sizeof *lines;
    struct line texts[sizeof lines / sizeof *lines];
    struct error error = {.kind = ERROR_NONE};
    struct embedder embedder;
    for (size_t i = 0; i < count; i++)
        texts[i] = (struct line){lines[i], strlen(lines[i])};
    float *rows = calloc(count * model->stride, sizeof *rows);
    if (rows == NULL)
        give_up("no memory");
    if (embed_create(&embedder, model, EMBED_AUTO, 1e-3, &error) &&
        embed_texts(&embedder, texts, count, rows, NULL, 1, &error) &&
        embed_find_component(&embedder, rows, count, 1, &error))
        embed_remove(&embedder, rows, count);
    embed_free(&embedder);
    free(rows);
}

/* Writes the model in one of the formats, to a file that is given up. */
static void export(struct fuzz *fuzz, const struct model *model) {
    struct error error = {.kind = ERROR_NONE};
    struct export_format_skipped skipped = {0};
    struct file_out files[EXPORT_FILES_MAX] = {{0}};
    struct export_rows rows;
    size_t known = 0;
    while (formats[known].name != NULL)
        known++;
    const struct export_format *format = &formats[rng_below(&fuzz->rng, (uint32_t)known)];
    char path[4300];
    snprintf(path, sizeof path, "%s.export", fuzz->path);
    bool done = export_rows_create(&rows, model, EXPORT_WORD_VECTORS, rng_below(&fuzz->rng, 2) > 0, &error) &&
                export_format_fit(format, &rows, true, &skipped, &error);
    for (size_t i = 0; done && i < EXPORT_FILES_MAX && format->suffixes[i] != NULL; i++)
        done = file_create(&files[i], path, &error);
    if (done)
        (void)!format->write(files, &rows, 0, &error);
    for (size_t i = 0; i < EXPORT_FILES_MAX; i++)
        file_abandon(&files[i]);
    export_rows_free(&rows);
}

static void ask_model(struct fuzz *fuzz, const struct model *model) {
    static const char *const texts[] = {"king", "king - man + woman", "2 paris - \"new york\", the of"};
    struct error error = {.kind = ERROR_NONE};
    struct space space = space_of_words(model), contexts;
    const enum method method = rng_below(&fuzz->rng, 3) > 0 ? METHOD_ADD : METHOD_MUL;
    look_up_words(model);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        query_text(model, &space, texts[i], method, 1);
    if (model->output != NULL &&
        space_of_rows(&contexts, model->output, model->vocab, model->dim, model->stride, 1, &error)) {
        query_text(model, &contexts, texts[1], method, 1);
        space_free(&contexts);
    }
    embed(model);
    if (rng_below(&fuzz->rng, 4) == 0)
        export(fuzz, model);
    run_command(fuzz);
}

static void feed_model(struct fuzz *fuzz) {
    struct error error = {.kind = ERROR_NONE};
    struct model model;
    if (!model_open(&model, fuzz->path, &error)) {
        if (error.kind == ERROR_NONE || error.text[0] == '\0')
            give_up("refused without a reason");
        return;
    }
    const bool whole = model_verify(&model, fuzz->path, &error);
    if (!whole && error.kind != ERROR_INPUT)
        give_up("verification failed without a reason");
    ask_model(fuzz, &model);
    model_close(&model);
}

/* --- texts --- */

/* The input ended by a NUL, in memory of just that size. */
static char *input_text(const struct fuzz *fuzz) {
    char *text = malloc(fuzz->input.size + 1);
    if (text == NULL)
        give_up("no memory");
    if (fuzz->input.size > 0)
        memcpy(text, fuzz->input.data, fuzz->input.size);
    text[fuzz->input.size] = '\0';
    return text;
}

static void feed_questions(struct fuzz *fuzz) {
    char *text = input_text(fuzz);
    struct model model = fuzz->model;
    model.rules = (struct tokenizer_rules){
        rng_below(&fuzz->rng, 2) > 0 ? TOKENIZER_WORDS : TOKENIZER_WHITESPACE, rng_below(&fuzz->rng, 2) > 0};
    model.try_lowercase = rng_below(&fuzz->rng, 2) > 0;
    const struct space space = space_of_words(&model);
    query_text(&model, &space, text, rng_below(&fuzz->rng, 2) > 0 ? METHOD_ADD : METHOD_MUL,
               1 + rng_below(&fuzz->rng, 2));
    const char *at = text;
    for (size_t size; (size = expression_word(model.rules, &at)) > 0; at += size)
        if (size > strlen(at))
            give_up("a word longer than its text");
    free(text);
}

static void feed_test(struct fuzz *fuzz, enum seed seed) {
    struct error error = {.kind = ERROR_NONE};
    const struct model *model = &fuzz->model;
    const struct analogy_settings settings = {rng_below(&fuzz->rng, 2) > 0 ? 7 : 0, METHOD_ADD, 1};
    const struct test_settings test_settings = {.restrict_to = settings.restrict_to, .threads = 1};
    struct test_score scores[TEST_WORDS];
    struct analogies analogies;
    struct probe_factors factors;
    bool done = false;
    if (seed == SEED_SIMILARITY)
        done = word_pairs_score(scores, model, fuzz->path, &test_settings, &error);
    if (seed == SEED_CATEGORIES)
        done = categories_score(scores, model, fuzz->path, &test_settings, &error);
    if (seed == SEED_OUTLIERS)
        done = outliers_score(scores, model, fuzz->path, &test_settings, &error);
    if (seed == SEED_FACTORS) {
        done = probe_file(&factors, model, fuzz->path, &error);
        probe_free(&factors);
    }
    if (seed == SEED_ANALOGIES) {
        done = analogies_score(&analogies, model, fuzz->path, &settings, &error);
        analogies_free(&analogies);
    }
    if (!done && error.kind == ERROR_NONE)
        give_up("a test that failed without a reason");
}

struct settings {
    bool flag;
    uint64_t whole;
    double real;
    const char *text;
    struct option_texts texts;
    size_t choice;
};

static void feed_arguments(struct fuzz *fuzz) {
    static const char *const choices[] = {"one", "two", NULL};
    static const struct option options[] = {
        {.name = "flag",
         .letter = 'f',
         .type = OPTION_FLAG,
         .help = "a flag",
         .offset = offsetof(struct settings, flag)},
        {.name = "whole",
         .letter = 'w',
         .type = OPTION_INTEGER,
         .value = "N",
         .fallback = "3",
         .min = 1,
         .max = 1e9,
         .help = "a number",
         .offset = offsetof(struct settings, whole)},
        {.name = "real",
         .type = OPTION_REAL,
         .value = "X",
         .fallback = "0.5",
         .min = -1,
         .max = 1,
         .help = "a number",
         .offset = offsetof(struct settings, real)},
        {.name = "output",
         .letter = 'o',
         .type = OPTION_TEXT,
         .value = "FILE",
         .help = "a text",
         .offset = offsetof(struct settings, text)},
        {.name = "texts",
         .letter = 't',
         .type = OPTION_TEXTS,
         .value = "TEXT",
         .help = "texts",
         .offset = offsetof(struct settings, texts)},
        {.name = "choice",
         .letter = 'c',
         .type = OPTION_CHOICE,
         .fallback = "one",
         .choices = choices,
         .help = "a choice",
         .offset = offsetof(struct settings, choice)},
    };
    char *text = input_text(fuzz), *argv[64];
    struct error error = {.kind = ERROR_NONE};
    struct settings settings = {0};
    int argc = 0;
    for (char *rest = text, *word; argc < 64 && (word = strtok_r(rest, " ", &rest)) != NULL;)
        argv[argc++] = word;
    const struct option_table table = OPTION_TABLE(options), *const tables[] = {&table, NULL};
    const bool done = options_parse(tables, &argc, argv, &settings, &error);
    if (done ? settings.choice > 1 || settings.whole < 1 || !(fabs(settings.real) <= 1)
             : error.kind == ERROR_NONE)
        give_up("an option out of its range, or no reason");
    free(settings.texts.values);
    free(text);
}

/* All tokens of the input, cut in pieces no larger than `most` where it may be cut. */
static void tokenize(const struct fuzz *fuzz, struct tokenizer_rules rules, size_t most) {
    struct tokenizer tokenizer = {0};
    bool inside = false;
    for (size_t at = 0; at < fuzz->input.size;) {
        size_t size = fuzz->input.size - at;
        tokenizer.inside = inside;
        if (size > most)
            size = tokenizer_cut(rules, fuzz->input.data + at, most, &inside);
        unsigned char *piece = malloc(size);
        if (piece == NULL || size == 0)
            give_up("no piece");
        memcpy(piece, fuzz->input.data + at, size);
        tokenizer_start(&tokenizer, rules, piece, size, at);
        for (enum token_kind kind; (kind = tokenizer_next(&tokenizer)) != TOKEN_END;)
            if (kind == TOKEN_WORD && (tokenizer.length == 0 || tokenizer.length > TOKEN_BYTES_MAX))
                give_up("a token without bytes, or with too many");
        free(piece);
        at += size;
    }
}

/* --- lists of words --- */

/* What is read can be written, and is then the same. */
static void feed_vocabulary(struct fuzz *fuzz) {
    const struct tokenizer_rules rules = {TOKENIZER_WORDS, false};
    struct error error = {.kind = ERROR_NONE};
    struct dictionary words;
    struct vocab vocab;
    uint64_t total = 0;
    bool is;
    if (!vocab_file_check(fuzz->path, &is, &error) || !dictionary_create(&words, &error))
        give_up(error.text);
    if (vocab_file_read(&words, &total, fuzz->path, rng_below(&fuzz->rng, 2) > 0 ? &rules : NULL, &error)) {
        if (!vocab_select(&vocab, &words, 1, rng_below(&fuzz->rng, 3), NULL, &error))
            give_up(error.text);
        if (vocab.total > total || vocab.size > words.size)
            give_up("a vocabulary of more than was read");
        vocab_free(&vocab);
    } else if (error.kind == ERROR_NONE)
        give_up("a vocabulary that was refused without a reason");
    dictionary_free(&words);
}

/* Joins the words of a list as they stand in it. */
static void join_words(const struct phrases *phrases, struct rng *rng) {
    struct phrase_joiner joiner = {.table = &phrases->table};
    struct phrase_item item;
    uint32_t words = 0;
    const uint32_t count = (uint32_t)phrases->words.size;
    for (uint32_t i = 0; i < 2 * count; i++) {
        item = (struct phrase_item){rng_below(rng, 2) > 0 ? i % count : rng_below(rng, count), 1, i};
        words += phrase_push(&joiner, item, &item) ? item.words : 0;
    }
    while (phrase_flush(&joiner, &item))
        words += item.words;
    if (words != 2 * count || item.words > PHRASE_WORDS_MAX)
        give_up("words got lost as they were joined");
}

static bool always(const void *context, const char *word, size_t length) {
    (void)context;
    return length > 0 && word[0] != '\0';
}

static void feed_phrases(struct fuzz *fuzz) {
    const struct tokenizer_rules rules = {TOKENIZER_WORDS, false};
    struct error error = {.kind = ERROR_NONE};
    struct phrases phrases, again;
    size_t bytes;
    (void)phrases_is(fuzz->input.data, fuzz->input.size);
    if (!phrases_read(&phrases, fuzz->path, rng_below(&fuzz->rng, 2) > 0 ? &rules : NULL, &error)) {
        if (error.kind == ERROR_NONE)
            give_up("phrases that were refused without a reason");
        phrases_free(&phrases);
        return;
    }
    join_words(&phrases, &fuzz->rng);
    char *text = phrases_text(&phrases, &bytes, &error);
    if (text == NULL || !phrases_parse(&again, text, bytes, "the list", NULL, &error) ||
        again.count != phrases.count || !phrases_keep(&again, always, NULL, &error) ||
        again.count != phrases.count)
        give_up("phrases that are others when they are written");
    free(text);
    phrases_free(&again);
    phrases_free(&phrases);
}

static void feed_prose(struct fuzz *fuzz) {
    const struct tokenizer_rules rules = {
        rng_below(&fuzz->rng, 2) > 0 ? TOKENIZER_WORDS : TOKENIZER_WHITESPACE, rng_below(&fuzz->rng, 2) > 0};
    const char *const paths[] = {fuzz->path};
    const struct ingest_options options = {.paths = paths,
                                           .path_count = 1,
                                           .rules = rules,
                                           .min_count = 1 + rng_below(&fuzz->rng, 2),
                                           .max_vocab = rng_below(&fuzz->rng, 3),
                                           .max_sentence = 1 + rng_below(&fuzz->rng, 5),
                                           .threads = 1,
                                           .memory_limit = rng_below(&fuzz->rng, 2) > 0 ? 64 : 0,
                                           .folder = fuzz->folder};
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    char *text = input_text(fuzz), normal[TOKEN_BYTES_MAX + 1];
    tokenize(fuzz, rules, 4 + rng_below(&fuzz->rng, 100));
    (void)!tokenizer_normalize(rules, text, normal);
    if (!ingest(&corpus, &options, &error) && error.kind == ERROR_NONE)
        give_up("a corpus that failed without a reason");
    corpus_free(&corpus);
    free(text);
}

/* --- checkpoints --- */

/* In a way that the compiler can't leave out. */
static void read_all(const void *bytes, size_t size) {
    __asm__ volatile("" : : "r"(checksum(bytes, size)));
}

/* Of one that opens, every byte can be read. */
static void feed_checkpoint(const struct fuzz *fuzz) {
    struct error error = {.kind = ERROR_NONE};
    struct checkpoint checkpoint;
    if (!checkpoint_open(&checkpoint, fuzz->path, &error)) {
        if (error.kind == ERROR_NONE)
            give_up("a checkpoint that was refused without a reason");
        return;
    }
    const struct vocab *vocab = &checkpoint.vocab;
    const struct trainer_state *state = &checkpoint.state;
    const size_t rows = vocab->size * state->stride * sizeof *state->input;
    size_t length;
    for (size_t id = 0; id < vocab->size; id++)
        if (strlen(vocab->text + vocab->starts[id]) + 1 != vocab->starts[id + 1] - vocab->starts[id])
            give_up("a word of a checkpoint that has no end");
    (void)record_find(checkpoint.record, checkpoint.record_bytes, "dim", &length);
    read_all(state->input, rows);
    read_all(state->output, rows);
    read_all(state->measures, checkpoint.epochs * sizeof *state->measures);
    read_all(state->random, state->threads * KERNEL_ROW_FLOATS * sizeof *state->random);
    checkpoint_close(&checkpoint);
}

void feed(struct fuzz *fuzz, enum seed seed) {
    write_input(fuzz, &fuzz->input);
    if (seed < SEED_MODELS)
        feed_model(fuzz);
    else if (seed <= SEED_FACTORS)
        feed_test(fuzz, seed);
    else if (seed == SEED_QUESTIONS)
        feed_questions(fuzz);
    else if (seed == SEED_ARGUMENTS)
        feed_arguments(fuzz);
    else if (seed == SEED_CHECKPOINT)
        feed_checkpoint(fuzz);
    else if (seed == SEED_VOCABULARY)
        feed_vocabulary(fuzz);
    else if (seed == SEED_PHRASES)
        feed_phrases(fuzz);
    else
        feed_prose(fuzz);
}
