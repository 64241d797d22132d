#include "model/subwords.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/subword_fit.h"
#include "harness.h"
#include "model/model.h"
#include "text/ngrams.h"

/* --- n-grams of a word --- */

/* All n-grams, a blank between two; ill-formed bytes as they are. */
static const char *list(const char *word, size_t min, size_t max, char *text, size_t size) {
    struct ngrams ngrams;
    size_t bytes, used = 0, count = 0;
    text[0] = '\0';
    ngrams_start(&ngrams, word, strlen(word), min, max);
    for (const unsigned char *at; (at = ngrams_next(&ngrams, &bytes)) != NULL; count++)
        used += (size_t)snprintf(text + used, size - used, "%s%.*s", count > 0 ? " " : "", (int)bytes,
                                 (const char *)at);
    return count == ngrams_count(&ngrams) ? text : "another number of n-grams";
}

static void ngrams_of_words(struct test *test) {
    static const struct {
        const char *word;
        size_t min, max;
        const char *ngrams;
    } cases[] = {
        {"tree", 3, 4, "<tr <tre tre tree ree ree> ee>"},
        {"a", 3, 6, "<a>"},
        {"a", 4, 6, ""},
        {"", 1, 6, ""},
        {"ab", 1, 2, "<a a ab b b>"},
        {"für", 3, 3, "<fü für ür>"},
        {"日本", 2, 2, "<日 日本 本>"},
        {"\xf0\x90\x90\x80o", 3, 3, "<\xf0\x90\x90\x80o \xf0\x90\x90\x80o>"},
        {"\xff\xc3", 3, 3, "<\xff\xc3 \xff\xc3>"},
        {"banana", 5, 5, "<bana banan anana nana>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        const char *got = list(cases[i].word, cases[i].min, cases[i].max, text, sizeof text);
        CHECK_MSG(test, strcmp(got, cases[i].ngrams) == 0, "%s: %s", cases[i].word, got);
    }
    CHECK(test, ngrams_points((const unsigned char *)"<f\xc3\xbc", 4) == 3);
}

static void long_words(struct test *test) {
    struct ngrams ngrams;
    char word[NORMALIZE_WORD_MAX + 1];
    memset(word, 'a', sizeof word);
    ngrams_start(&ngrams, word, NORMALIZE_WORD_MAX, 3, 6);
    CHECK(test, ngrams_count(&ngrams) == 4 * (NORMALIZE_WORD_MAX + 2) - 2 - 3 - 4 - 5);
    ngrams_start(&ngrams, word, NORMALIZE_WORD_MAX + 1, 3, 6);
    size_t bytes;
    CHECK(test, ngrams_count(&ngrams) == 0 && ngrams_next(&ngrams, &bytes) == NULL);
}

/* --- the fit --- */

#define WORDS 9
#define DIM 35
#define STRIDE 48

static const char *const names[WORDS] = {"walk",   "walks",   "walked", "walking", "talk",
                                         "talked", "talking", "für",    "q"};

struct sample {
    struct vocab vocab;
    float rows[WORDS * STRIDE];
};

static void make_sample(struct sample *sample, bool counted) {
    struct error error = {.kind = ERROR_NONE};
    if (!vocab_create(&sample->vocab, WORDS, 200, &error))
        exit(2);
    memset(sample->rows, 0, sizeof sample->rows);
    for (size_t w = 0; w < WORDS; w++) {
        const size_t length = strlen(names[w]), start = (size_t)sample->vocab.starts[w];
        memcpy(sample->vocab.text + start, names[w], length + 1);
        sample->vocab.starts[w + 1] = start + length + 1;
        sample->vocab.counts[w] = counted ? 100 - 10 * w : 0;
        for (size_t d = 0; d < DIM; d++)
            sample->rows[w * STRIDE + d] = sinf((float)(w * w + 3 * d)) * (float)(w + 1);
    }
}

static struct subword_target target_of(const struct sample *sample, size_t threads) {
    return (struct subword_target){.input = sample->rows, .dim = DIM, .stride = STRIDE, .threads = threads};
}

static void *fit_sample(struct test *test, const struct sample *sample, struct subword_fit *fit,
                        size_t threads, size_t *bytes) {
    struct error error = {.kind = ERROR_NONE};
    const struct subword_options options = {.min = 3, .max = 4, .min_words = 2};
    const struct subword_target target = target_of(sample, threads);
    size_t expected;
    void *section = NULL;
    if (subword_fit_create(fit, &sample->vocab, &options, SIZE_MAX, &error))
        section = subword_fit_run(fit, &target, bytes, &error);
    CHECK_MSG(test, section != NULL, "%s", error.text);
    CHECK(test, subword_fit_section_bytes(fit, DIM, &expected) && expected == *bytes);
    return section;
}

/* The n-grams of 3 and 4 characters that two of the words have, in the order of their bytes. */
static const char *const known[] = {"<ta",  "<tal", "<wa",  "<wal", "alk",  "alke", "alki", "ed>",  "ing",
                                    "ing>", "ked",  "ked>", "kin",  "king", "lk>",  "lke",  "lked", "lki",
                                    "lkin", "ng>",  "tal",  "talk", "wal",  "walk", "alk>"};
#define KNOWN (sizeof known / sizeof *known)

static void finds_ngrams(struct test *test) {
    struct sample sample;
    struct subword_fit fit;
    size_t bytes = 0;
    make_sample(&sample, true);
    void *section = fit_sample(test, &sample, &fit, 1, &bytes);
    CHECK_MSG(test, fit.count == KNOWN, "%zu n-grams", fit.count);
    for (size_t i = 0; i < fit.count; i++) {
        const size_t length = fit.starts[i + 1] - fit.starts[i];
        size_t k = 0;
        while (k < KNOWN &&
               (strlen(known[k]) != length || memcmp(known[k], fit.keys + fit.starts[i], length) != 0))
            k++;
        CHECK_MSG(test, k < KNOWN, "%.*s", (int)length, fit.keys + fit.starts[i]);
    }
    free(section);
    subword_fit_free(&fit);
    vocab_free(&sample.vocab);
}

/* Solves the normal equations, a dense system, by elimination: system (n, n + 1). */
static void eliminate(double *system, size_t n, double *x) {
    for (size_t i = 0; i < n; i++)
        for (size_t row = i + 1; row < n; row++) {
            const double factor = system[row * (n + 1) + i] / system[i * (n + 1) + i];
            for (size_t j = i; j <= n; j++)
                system[row * (n + 1) + j] -= factor * system[i * (n + 1) + j];
        }
    for (size_t i = n; i-- > 0;) {
        x[i] = system[i * (n + 1) + n];
        for (size_t j = i + 1; j < n; j++)
            x[i] -= system[i * (n + 1) + j] * x[j];
        x[i] /= system[i * (n + 1) + i];
    }
}

/* The exact rows of dimension d, from the formula in analyse/subword_fit.h and strings alone. */
static void solve_exactly(const struct sample *sample, const struct subwords *subwords, size_t d, double *x) {
    double system[KNOWN * (KNOWN + 1)] = {0};
    for (size_t g = 0; g < KNOWN; g++) {
        const double points = (double)(subwords->starts[g + 1] - subwords->starts[g]);
        system[g * (KNOWN + 1) + g] = 0.5 / (points / 4 * (points / 4));
    }
    for (size_t w = 0; w < WORDS; w++) {
        double has[KNOWN] = {0}, n = 0;
        char word[32];
        snprintf(word, sizeof word, "<%s>", names[w]);
        for (size_t g = 0; g < KNOWN; g++)
            for (size_t at = 0, length = subwords->starts[g + 1] - subwords->starts[g];
                 at + length <= strlen(word); at++)
                if (memcmp(word + at, subwords->keys + subwords->starts[g], length) == 0)
                    has[g]++;
        for (size_t g = 0; g < KNOWN; g++)
            n += has[g];
        const double count = (double)sample->vocab.counts[w], weight = count > 0 ? sqrt(count / 30) : 1;
        const double u = (double)sample->rows[w * STRIDE + d] /
                         (double)model_norm(sample->rows + w * STRIDE, DIM);
        for (size_t g = 0; g < KNOWN && n > 0; g++) {
            for (size_t h = 0; h < KNOWN; h++)
                system[g * (KNOWN + 1) + h] += weight * has[g] * has[h] / n;
            system[g * (KNOWN + 1) + KNOWN] += weight * has[g] * u / sqrt(n);
        }
    }
    eliminate(system, KNOWN, x);
}

static void fits_exactly(struct test *test) {
    for (int counted = 0; counted < 2; counted++) {
        struct sample sample;
        struct subword_fit fit;
        struct subwords subwords;
        size_t bytes = 0;
        make_sample(&sample, counted > 0);
        void *section = fit_sample(test, &sample, &fit, 1, &bytes);
        CHECK(test, subwords_open(&subwords, section, bytes, DIM) && subwords_verify(&subwords));
        for (size_t d = 0; d < DIM; d++) {
            double x[KNOWN];
            solve_exactly(&sample, &subwords, d, x);
            for (size_t g = 0; g < KNOWN; g++) {
                const double got = (double)subwords.scales[g] * subwords.rows[g * DIM + d];
                CHECK_MSG(test, fabs(got - x[g]) < 0.51 * (double)subwords.scales[g] + 1e-4, "%g, not %g",
                          got, x[g]);
            }
        }
        free(section);
        subword_fit_free(&fit);
        vocab_free(&sample.vocab);
    }
}

static void same_with_any_threads(struct test *test) {
    struct sample sample;
    struct subword_fit fit;
    size_t bytes = 0, more = 0;
    make_sample(&sample, true);
    void *one = fit_sample(test, &sample, &fit, 1, &bytes);
    for (size_t threads = 2; threads < 5; threads++) {
        subword_fit_free(&fit);
        void *several = fit_sample(test, &sample, &fit, threads, &more);
        CHECK(test, bytes == more && memcmp(one, several, bytes) == 0);
        free(several);
    }
    free(one);
    subword_fit_free(&fit);
    vocab_free(&sample.vocab);
}

/* p[d] = n^(-1/2) times the sum of the rows of the word's n known n-grams. */
static void predict(const struct subwords *subwords, const char *word, double *p) {
    struct ngrams ngrams;
    size_t bytes, n = 0;
    memset(p, 0, DIM * sizeof *p);
    ngrams_start(&ngrams, word, strlen(word), 3, 4);
    for (const unsigned char *key; (key = ngrams_next(&ngrams, &bytes)) != NULL;)
        for (size_t g = 0; g < subwords->count; g++)
            if (subwords->starts[g + 1] - subwords->starts[g] == bytes &&
                memcmp(subwords->keys + subwords->starts[g], key, bytes) == 0) {
                n++;
                for (size_t d = 0; d < DIM; d++)
                    p[d] += (double)subwords->scales[g] * subwords->rows[g * DIM + d];
            }
    for (size_t d = 0; d < DIM && n > 0; d++)
        p[d] /= sqrt((double)n);
}

/* v = |v_w| (c / (c + k) u + k / (c + k) p), and words without n-grams stay. */
static void mixes(struct test *test) {
    struct sample sample;
    struct subword_fit fit;
    struct subwords subwords;
    struct error error = {.kind = ERROR_NONE};
    size_t bytes = 0;
    static float mixed[WORDS * STRIDE];
    make_sample(&sample, true);
    void *section = fit_sample(test, &sample, &fit, 1, &bytes);
    const struct subword_target target = target_of(&sample, 1);
    CHECK(test, subwords_open(&subwords, section, bytes, DIM));
    memcpy(mixed, sample.rows, sizeof mixed);
    CHECK(test, subword_fit_mix(&fit, &target, &subwords, 50, mixed, &error));
    for (size_t i = 7 * (size_t)STRIDE; i < 9 * (size_t)STRIDE; i++)
        CHECK(test, mixed[i] == sample.rows[i]);
    for (size_t w = 0; w < 7; w++) {
        const double count = (double)sample.vocab.counts[w];
        const double norm = (double)model_norm(sample.rows + w * STRIDE, DIM);
        double p[DIM];
        predict(&subwords, names[w], p);
        for (size_t d = 0; d < DIM; d++) {
            const double u = (double)sample.rows[w * STRIDE + d] / norm;
            const double right = norm * (count / (count + 50) * u + 50 / (count + 50) * p[d]);
            CHECK_MSG(test, fabs((double)mixed[w * STRIDE + d] - right) < 1e-5 * norm, "%s: %g", names[w],
                      right);
        }
    }
    free(section);
    subword_fit_free(&fit);
    vocab_free(&sample.vocab);
}

static void no_ngrams(struct test *test) {
    struct sample sample;
    struct subword_fit fit;
    struct error error = {.kind = ERROR_NONE};
    struct subword_options options = {.min = 3, .max = 4, .min_words = 100};
    make_sample(&sample, true);
    CHECK(test, subword_fit_create(&fit, &sample.vocab, &options, SIZE_MAX, &error) && fit.count == 0);
    subword_fit_free(&fit);
    options.min_words = 2;
    CHECK(test, !subword_fit_create(&fit, &sample.vocab, &options, 16, &error) && error.kind == ERROR_SYSTEM);
    subword_fit_free(&fit);
    vocab_free(&sample.vocab);
}

/* --- the section --- */

static void made_vectors(struct test *test) {
    struct sample sample;
    struct subword_fit fit;
    struct subwords subwords;
    size_t bytes = 0, used;
    float row[DIM];
    double mean = 0;
    make_sample(&sample, true);
    void *section = fit_sample(test, &sample, &fit, 2, &bytes);
    CHECK(test, subwords_open(&subwords, section, bytes, DIM));
    /* <ta <tal tal talk alk are known of <talks>: alks, lks, lks>, ks> are not. */
    CHECK(test, subwords_vector(&subwords, "talks", 5, row, &used) && used == 5);
    CHECK(test, subwords_known(&subwords, "talks", 5) == 5);
    for (size_t w = 0; w < 7; w++)
        mean += (double)model_norm(sample.rows + w * STRIDE, DIM) / 7;
    CHECK(test, fabs((double)model_norm(row, DIM) - mean) < 1e-3);
    CHECK(test, !subwords_vector(&subwords, "xyz", 3, row, &used) && used == 0);
    CHECK(test, !subwords_vector(&subwords, "", 0, row, &used));
    free(section);
    subword_fit_free(&fit);
    vocab_free(&sample.vocab);
}

/* Any byte may be wrong: what opens is never read beyond its end (sanitizers watch), and damage in what
 * subwords_verify looks at is found. */
static void damaged_sections(struct test *test) {
    struct sample sample;
    struct subword_fit fit;
    struct subwords subwords;
    size_t bytes = 0, used;
    float row[DIM];
    make_sample(&sample, true);
    unsigned char *section = fit_sample(test, &sample, &fit, 1, &bytes);
    const size_t rows = 64 + sizeof(uint32_t) * (fit.count + 1) + sizeof(float) * fit.count;
    for (size_t at = 0; at < bytes; at += at < rows ? 1 : 31) {
        unsigned char *copy = malloc(bytes);
        if (copy == NULL)
            exit(2);
        memcpy(copy, section, bytes);
        copy[at] ^= 0x81;
        if (subwords_open(&subwords, copy, bytes, DIM)) {
            for (size_t w = 0; w < WORDS; w++)
                (void)!subwords_vector(&subwords, names[w], strlen(names[w]), row, &used);
            const bool starts = at >= 28 && at < rows - sizeof(float) * fit.count;
            CHECK_MSG(test, !starts || !subwords_verify(&subwords), "byte %zu", at);
        }
        free(copy);
    }
    CHECK(test, !subwords_open(&subwords, section, bytes - 1, DIM));
    CHECK(test, !subwords_open(&subwords, section, 63, DIM));
    CHECK(test, !subwords_open(&subwords, section, bytes, DIM + 1));
    free(section);
    subword_fit_free(&fit);
    vocab_free(&sample.vocab);
}

static const struct test_case cases[] = {
    {"subwords: n-grams of words", ngrams_of_words},
    {"subwords: words that are too long have no n-grams", long_words},
    {"subwords: n-grams of several words are found", finds_ngrams},
    {"subwords: the fit solves the normal equations", fits_exactly},
    {"subwords: the same bits with any number of threads", same_with_any_threads},
    {"subwords: mixing", mixes},
    {"subwords: too few words, or too little memory", no_ngrams},
    {"subwords: vectors of words never seen", made_vectors},
    {"subwords: damaged sections", damaged_sections},
};

TEST_MAIN(cases)
