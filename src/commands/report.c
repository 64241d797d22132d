/* sgns report: what a model is, as one page to look at and to search in. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "cli/open_model.h"
#include "cli/picture_file.h"
#include "cli/shared_options.h"
#include "cli/version.h"
#include "cli/word_map.h"
#include "commands/commands.h"
#include "model/quantize.h"
#include "report/page.h"
#include "search/space.h"
#include "search/vectors.h"
#include "text/show.h"

/* Words that the page can search among, and that its map has: the most frequent ones. */
#define SEARCHED 5000
#define MAPPED 500

#define RANKS_MAX 160 /* points of the vocabulary's curve */
#define BARS 30       /* of the lengths */
#define EPOCHS_MAX 10000
#define FACTS_MAX 16
#define NOTE_MAX 768

struct settings {
    const char *output;
    uint64_t seed, threads;
    bool force;
};

static const struct option options[] = {
    TEXT_OPTION("output", 'o', OPTION_TEXT, "FILE", "-", "the file to write; - is standard output",
                offsetof(struct settings, output)),
    INTEGER_OPTION("seed", 0, "1", 0, 9e15, "random seed, for the map", offsetof(struct settings, seed)),
    THREADS_OPTION(offsetof(struct settings, threads)),
    FORCE_OPTION("a report by sgns", offsetof(struct settings, force)),
};
static const struct option_table own_options = OPTION_TABLE(options);
static const struct option_table *const tables[] = {&own_options, NULL};

/* A chart with the values that it shows; all arrays are owned. */
struct plot {
    struct chart chart;
    double *x, *y;
    struct chart_mark *marks;
    char note[NOTE_MAX];
};

struct report {
    const struct model *model;
    size_t *ids; /* (id_count) the most frequent words that have a direction; owned */
    size_t id_count;
    struct page_fact facts[FACTS_MAX];
    size_t fact_count;
    struct plot loss, ranks, lengths;
    struct word_map map;
    struct map_picture picture;
    struct page_text *words; /* (id_count) owned */
    int8_t *vectors;         /* (id_count, dim), and room for the last row's padding; owned */
    unsigned char *scales;   /* (4 id_count) owned */
    char map_how[NOTE_MAX];
};

/* --- facts --- */

/* A number with commas: 2,000,004. */
static void print_count(uint64_t count, char *text, size_t size) {
    char digits[32];
    const int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    size_t used = 0;
    for (int i = 0; i < length && used + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
}

static struct page_fact *add_fact(struct report *report, const char *name) {
    struct page_fact *fact = &report->facts[report->fact_count];
    report->fact_count += report->fact_count + 1 < FACTS_MAX;
    *fact = (struct page_fact){.name = name};
    return fact;
}

static void add_count(struct report *report, const char *name, uint64_t count) {
    struct page_fact *fact = add_fact(report, name);
    print_count(count, fact->value, sizeof fact->value);
}

/* What the record says; a whole number gets its commas. */
static void add_recorded(struct report *report, const char *name, const char *key) {
    size_t length;
    const char *value = model_record(report->model, key, &length);
    if (value == NULL)
        return;
    struct page_fact *fact = add_fact(report, name);
    uint64_t count;
    snprintf(fact->value, sizeof fact->value, "%.*s", (int)(length < 159 ? length : 159), value);
    if (number_integer(fact->value, &count))
        print_count(count, fact->value, sizeof fact->value);
}

static void add_facts(struct report *report) {
    static const char *const recorded[][2] = {
        {"Words of text", "corpus_tokens"},
        {"Sentences", "sentences"},
        {"Distinct words", "corpus_distinct"},
        {"Loss", "loss"},
        {"Epochs", "epochs"},
        {"Window", "window"},
        {"Negatives", "negative"},
        {"Least count", "min_count"},
        {"Trained by", "program"},
        {"Source", "source"},
    };
    add_count(report, "Words", report->model->vocab);
    add_count(report, "Dimensions", report->model->dim);
    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++)
        add_recorded(report, recorded[i][0], recorded[i][1]);
    struct page_fact *fact = add_fact(report, "Size");
    snprintf(fact->value, sizeof fact->value, "%.1f MB", (double)report->model->file_bytes * 1e-6);
}

/* --- charts --- */

static bool plot_create(struct plot *plot, size_t count, size_t marks, struct error *error) {
    plot->x = memory_allocate(count + 1, sizeof *plot->x, "a chart", error);
    plot->y = memory_allocate(count + 1, sizeof *plot->y, "a chart", error);
    plot->marks = memory_allocate(marks, sizeof *plot->marks, "a chart", error);
    plot->chart.x = plot->x;
    plot->chart.y = plot->y;
    plot->chart.marks = plot->marks;
    return plot->x != NULL && plot->y != NULL && plot->marks != NULL;
}

static void plot_free(struct plot *plot) {
    free(plot->x);
    free(plot->y);
    free(plot->marks);
}

static void plot_add(struct plot *plot, double x, double y) {
    plot->x[plot->chart.count] = x;
    plot->y[plot->chart.count++] = y;
}

static void plot_mark(struct report *report, struct plot *plot, double x, double y, size_t id) {
    struct chart_mark *mark = &plot->marks[plot->chart.mark_count++];
    *mark = (struct chart_mark){.x = x, .y = y};
    mark->text = model_word(report->model, id, &mark->length);
}

/* The loss of an epoch, from 1; false if the record has none. */
static bool epoch_loss(const struct model *model, size_t epoch, double *loss) {
    char key[32], text[64];
    size_t length;
    snprintf(key, sizeof key, "loss.%zu", epoch);
    const char *value = model_record(model, key, &length);
    if (value == NULL || length >= sizeof text)
        return false;
    memcpy(text, value, length);
    text[length] = '\0';
    return number_real(text, loss) && fabs(*loss) < 1e30;
}

/* An epoch that was not begun has a loss of 0. */
static bool plot_loss(struct report *report, struct error *error) {
    struct plot *plot = &report->loss;
    double loss;
    size_t epochs = 0;
    while (epochs < EPOCHS_MAX && epoch_loss(report->model, epochs + 1, &loss))
        epochs++;
    plot->chart = (struct chart){
        .title = "Loss by epoch", .x_name = "epoch", .y_name = "loss per pair", .dots = epochs <= 40};
    if (!plot_create(plot, epochs, 0, error))
        return false;
    for (size_t epoch = 1; epoch <= epochs; epoch++)
        if (epoch_loss(report->model, epoch, &loss) && loss != 0)
            plot_add(plot, (double)epoch, loss);
    if (plot->chart.count > 1)
        snprintf(plot->note, sizeof plot->note, "From %.4g in the first epoch to %.4g in the last.",
                 plot->y[0], plot->y[plot->chart.count - 1]);
    return true;
}

/* Ranks are spaced evenly on a logarithmic axis; powers of ten are marked. */
static bool plot_ranks(struct report *report, struct error *error) {
    const struct model *model = report->model;
    struct plot *plot = &report->ranks;
    plot->chart = (struct chart){.title = "Words by rank and count",
                                 .x_name = "rank of the word",
                                 .y_name = "how often it occurs",
                                 .log_x = true,
                                 .log_y = true};
    if (!plot_create(plot, RANKS_MAX + 1, 16, error))
        return false;
    size_t last = 0, power = 1;
    for (size_t i = 0; i <= RANKS_MAX; i++) {
        const size_t rank = (size_t)(pow((double)model->vocab, (double)i / RANKS_MAX) + 0.5);
        if (rank == last || rank > model->vocab || model->counts[rank - 1] == 0)
            continue;
        plot_add(plot, (double)rank, (double)model->counts[rank - 1]);
        last = rank;
    }
    for (; plot->chart.count > 0 && power <= model->vocab && model->counts[power - 1] > 0; power *= 10)
        plot_mark(report, plot, (double)power, (double)model->counts[power - 1], power - 1);
    return true;
}

static void note_lengths(struct report *report, size_t shortest, size_t longest, double mean) {
    char first[80], last[80];
    size_t length;
    const char *word = model_word(report->model, shortest, &length);
    show_text(word, length, first, sizeof first);
    word = model_word(report->model, longest, &length);
    show_text(word, length, last, sizeof last);
    snprintf(report->lengths.note, sizeof report->lengths.note,
             "The shortest is that of \xe2\x80\x9c%s\xe2\x80\x9d, the longest that of "
             "\xe2\x80\x9c%s\xe2\x80\x9d; the mean is %.3g.",
             first, last, mean);
}

static bool plot_lengths(struct report *report, struct error *error) {
    const struct model *model = report->model;
    struct plot *plot = &report->lengths;
    size_t shortest = SIZE_MAX, longest = 0, usable = 0;
    double sum = 0;
    plot->chart = (struct chart){
        .title = "Lengths of the vectors", .x_name = "length of the vector", .y_name = "words", .bars = true};
    if (!plot_create(plot, BARS, 0, error))
        return false;
    for (size_t id = 0; id < model->vocab; id++) {
        const float norm = model->norms[id];
        if (!vector_usable(norm))
            continue;
        longest = shortest == SIZE_MAX || norm > model->norms[longest] ? id : longest;
        shortest = shortest == SIZE_MAX || norm < model->norms[shortest] ? id : shortest;
        sum += (double)norm;
        usable++;
    }
    if (usable == 0)
        return true;
    double low = (double)model->norms[shortest], high = (double)model->norms[longest];
    note_lengths(report, shortest, longest, sum / (double)usable);
    if (high - low < 1e-3 * high) { /* all alike, as after export --normalize */
        low *= 0.95;
        high *= 1.05;
    }
    for (size_t i = 0; i <= BARS; i++)
        plot->x[i] = low + (high - low) * (double)i / BARS;
    plot->chart.count = BARS;
    for (size_t id = 0; id < model->vocab; id++)
        if (vector_usable(model->norms[id])) {
            const double bar = ((double)model->norms[id] - low) / (high - low) * BARS;
            plot->y[bar < 0 ? 0 : bar >= BARS ? BARS - 1 : (size_t)bar]++;
        }
    return true;
}

/* --- words --- */

static bool find_words(struct report *report, struct error *error) {
    const struct model *model = report->model;
    report->ids = memory_allocate(SEARCHED, sizeof *report->ids, "the words", error);
    for (size_t id = 0; report->ids != NULL && id < model->vocab && report->id_count < SEARCHED; id++)
        if (vector_word_usable(model, id))
            report->ids[report->id_count++] = id;
    return report->ids != NULL;
}

static void write_float(unsigned char *bytes, float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i & 0xff);
}

/* A row's padding is written over by the next row. */
static bool quantize_words(struct report *report, struct error *error) {
    const struct model *model = report->model;
    const size_t count = report->id_count, dim = model->dim;
    report->words = memory_allocate(count, sizeof *report->words, "the words", error);
    report->vectors = memory_allocate(count * dim + model->stride, 1, "the words", error);
    report->scales = memory_allocate(count, 4, "the words", error);
    if (report->words == NULL || report->vectors == NULL || report->scales == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const float *row = vector_row(model, report->ids[i]);
        const float norm = (float)vector_length(row, model->stride);
        const struct quantization quantization = quantize_row(report->vectors + i * dim, row, norm, dim,
                                                              model->stride);
        write_float(report->scales + 4 * i, quantization.scale);
        report->words[i].text = model_word(model, report->ids[i], &report->words[i].length);
    }
    return true;
}

static bool make_map(struct report *report, const struct settings *settings, struct error *error) {
    const size_t count = space_limit(MAPPED, report->id_count);
    if (count < 2)
        return true;
    if (!word_map_create(&report->map, report->model, report->ids, count, WORD_MAP_TSNE, settings->seed,
                         option_threads(settings->threads), error))
        return false;
    report->picture = (struct map_picture){.words = report->map.words,
                                           .count = count,
                                           .spread = true,
                                           .title = "Map of the most frequent words",
                                           .description = ""};
    snprintf(
        report->map_how, sizeof report->map_how,
        "most frequent words. t-SNE puts words with similar vectors next to each other. Trust "
        "neighborhoods, not distances: how large a group is, and how far from another, means little, and "
        "dots "
        "are moved apart where their labels need room. "
        "Colors are %zu classes that k-means finds in all %zu dimensions, so a group of one color is "
        "one that two methods agree on. Words without room for a label show their names when pointed at; "
        "a click asks for a word's neighbors.",
        report->map.classes, report->model->dim);
    return true;
}

/* --- the page --- */

static const char loss_how[] =
    "How badly the model told real pairs of neighboring words from random ones, on average over each pass "
    "through the text. It should fall, fastest at first. Where it still falls at the end, more "
    "<code>--epochs</code> may help; where it rises, <code>--alpha</code> is too high. Only losses of the "
    "same "
    "kind and the same options can be compared.";
static const char ranks_how[] =
    "From the most frequent word to the rarest; both axes are logarithmic. Natural text comes close to a "
    "straight line that falls more steeply at the end (Zipf\xe2\x80\x99s law). Steps and flat pieces come "
    "from "
    "repeated or generated text, such as menus, tables and templates.";
static const char lengths_how[] =
    "Neighbors are found by direction alone, so a word\xe2\x80\x99s length does not matter there. It tells "
    "how "
    "much was learned about a word: rare words, trained on seldom, have short vectors, and so have words "
    "that "
    "occur next to everything. Many lengths close to 0 are a reason for a higher <code>--min-count</code>.";
static const char search_how[] =
    "The ten words whose vectors have the largest cosine to your word\xe2\x80\x99s: 1 is the same direction, "
    "0 "
    "none in common. Vectors are rounded to eight bits here, so cosines may differ from those of "
    "<code>sgns near</code> in the third decimal, and words as near as that may change places.";

static struct page_chart chart_of(const char *id, const char *heading, const struct plot *plot,
                                  const char *missing, const char *how) {
    return (struct page_chart){.id = id,
                               .heading = heading,
                               .chart = plot->chart.count > 0 ? &plot->chart : NULL,
                               .missing = missing,
                               .how = how,
                               .note = plot->note[0] != '\0' ? plot->note : NULL};
}

static void draw(struct markup *markup, const struct report *report, const char *path) {
    const struct tokenizer_rules rules = report->model->rules;
    const struct page page = {
        .title = file_name(path),
        .facts = report->facts,
        .fact_count = report->fact_count,
        .charts = {chart_of("loss", "Loss", &report->loss, "The file does not say how training went.",
                            loss_how),
                   chart_of("ranks", "Vocabulary", &report->ranks,
                            "The file does not say how often words occur.", ranks_how),
                   chart_of("lengths", "Lengths", &report->lengths, "No vector has a length.", lengths_how)},
        .map = report->picture.count > 0 ? &report->picture : NULL,
        .map_how = report->map_how,
        .search_how = search_how,
        .words = report->words,
        .word_count = report->id_count,
        .dim = report->model->dim,
        .vectors = report->vectors,
        .scales = report->scales,
        .fold = report->model->try_lowercase || (rules.kind == TOKENIZER_WORDS && !rules.keep_case),
        .maker = "sgns " SGNS_VERSION};
    page_write(markup, &page);
}

static bool make(struct report *report, struct markup *markup, const struct settings *settings,
                 const char *path, struct error *error) {
    add_facts(report);
    if (!find_words(report, error) || !plot_loss(report, error) || !plot_ranks(report, error) ||
        !plot_lengths(report, error) || !make_map(report, settings, error) || !quantize_words(report, error))
        return false;
    draw(markup, report, path);
    return true;
}

static void report_free(struct report *report) {
    free(report->ids);
    free(report->words);
    free(report->vectors);
    free(report->scales);
    plot_free(&report->loss);
    plot_free(&report->ranks);
    plot_free(&report->lengths);
    word_map_free(&report->map);
}

static bool write_report(const struct model *model, const struct settings *settings, const char *path,
                         struct error *error) {
    struct picture_file file;
    const struct picture_file_settings file_settings = {.command = "report",
                                                        .path = settings->output,
                                                        .model_path = path,
                                                        .kind = "a report by sgns",
                                                        .known = page_known,
                                                        .force = settings->force};
    struct report *report = memory_allocate(1, sizeof *report, "the report", error);
    if (report == NULL)
        return false;
    bool done = picture_file_begin(&file, &file_settings, error);
    if (done) {
        struct markup markup = {.bytes = 0};
        report->model = model;
        done = make(report, &markup, settings, path, error);
        done = picture_file_end(&file, &markup, model, done, error);
        markup_free(&markup);
    }
    report_free(report);
    free(report);
    return done;
}

static bool run(int argc, char **argv, struct error *error) {
    struct settings settings = {.output = NULL};
    struct model model;
    if (!command_parse(&command_report, &argc, argv, &settings, error) ||
        !open_model(&model, "report", argv[0], error))
        return false;
    /* A closed pipe behind standard error is no reason to end before the file is complete. */
    if (strcmp(settings.output, "-") != 0)
        signal(SIGPIPE, SIG_IGN);
    const bool done = write_report(&model, &settings, argv[0], error);
    model_close(&model);
    return done;
}

const struct command command_report = {
    .name = "report",
    .arguments = "MODEL [-o FILE]",
    .summary = "a page about a model, with a search",
    .details = "Writes one HTML page that needs no network: how training went, epoch by epoch;\n"
               "the vocabulary by rank and count; the lengths of the vectors; a map of the 500\n"
               "most frequent words; and a search for the neighbors of the 5000 most frequent\n"
               "words, whose vectors the page has in eight bits. It says how to read each, is\n"
               "light or dark as the browser prefers, and fits small screens.",
    .tables = tables,
    .needs = "a model",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
