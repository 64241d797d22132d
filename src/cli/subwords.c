#include "cli/subwords.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* --- settings --- */

bool subword_settings_check(const struct subword_settings *settings, struct error *error) {
    return settings->minn <= settings->maxn ||
           error_set(error, ERROR_INPUT, "--minn %llu is above --maxn %llu",
                     (unsigned long long)settings->minn, (unsigned long long)settings->maxn);
}

/* Keys of the record, and the options that they stand for. */
static const char *const keys[][2] = {
    {"minn", "minn"}, {"maxn", "maxn"}, {"ngram_words", "ngram-words"}, {"mix", "mix"}};

bool subword_settings_record(const struct subword_settings *settings, struct record *record,
                             struct error *error) {
    return record_add(record, error, "subwords", "1") &&
           record_add(record, error, "minn", "%llu", (unsigned long long)settings->minn) &&
           record_add(record, error, "maxn", "%llu", (unsigned long long)settings->maxn) &&
           record_add(record, error, "ngram_words", "%llu", (unsigned long long)settings->ngram_words) &&
           (!settings->mix.given || record_add(record, error, "mix", "%.9g", settings->mix.value));
}

static bool push_option(char **options, size_t *count, const char *name, const char *value, size_t length,
                        struct error *error) {
    const size_t size = strlen(name) + length + 4;
    char *text = memory_allocate(size, 1, "options", error);
    if (text == NULL)
        return false;
    snprintf(text, size, value != NULL ? "--%s=%.*s" : "--%s", name, (int)length, value);
    options[(*count)++] = text;
    return true;
}

bool subword_settings_read(const char *record, size_t bytes, char **options, size_t *count,
                           struct error *error) {
    size_t length;
    if (record_find(record, bytes, "subwords", &length) == NULL)
        return true;
    bool done = push_option(options, count, "subwords", NULL, 0, error);
    for (size_t i = 0; done && i < sizeof keys / sizeof *keys; i++) {
        const char *value = record_find(record, bytes, keys[i][0], &length);
        done = value == NULL || push_option(options, count, keys[i][1], value, length, error);
    }
    return done;
}

/* --- the fit --- */

static bool check_memory(const struct subword_job *job, const struct vocab *vocab, size_t available,
                         size_t others, struct error *error) {
    size_t bytes, mixed = job->settings.mix.given ? job->mixed_bytes : 0;
    const size_t left = available > others ? available - others : 0;
    if (!subword_fit_memory(&job->fit, job->dim, job->threads, &bytes) || !size_add(bytes, mixed, &bytes) ||
        bytes > left)
        return error_set(error, ERROR_SYSTEM,
                         "%zu n-grams of %zu words need more than the %zu MB of memory available; raise "
                         "--ngram-words, or lower --maxn or --threads",
                         job->fit.count, vocab->size, left >> 20);
    if (!job->quiet)
        fprintf(stderr, "fitting %zu n-grams of %zu words takes %zu MB of the %zu MB available\n",
                job->fit.count, vocab->size, (bytes >> 20) + 1, left >> 20);
    return true;
}

bool subword_job_find(struct subword_job *job, const struct vocab *vocab, size_t others,
                      struct error *error) {
    const struct subword_options options = {job->settings.minn, job->settings.maxn,
                                            job->settings.ngram_words};
    const size_t available = memory_available();
    if (!subword_fit_create(&job->fit, vocab, &options, available / 2, error))
        return false;
    if (job->fit.count == 0)
        return error_set(error, ERROR_INPUT,
                         "no n-gram of %llu to %llu characters is in %llu words; lower --minn or "
                         "--ngram-words",
                         (unsigned long long)options.min, (unsigned long long)options.max,
                         (unsigned long long)options.min_words);
    if (!subword_fit_section_bytes(&job->fit, job->dim, &job->section_bytes) ||
        !size_multiply(vocab->size, job->stride * sizeof(float), &job->mixed_bytes))
        return error_set(error, ERROR_INPUT, "%zu n-grams are too many; lower --maxn", job->fit.count);
    return check_memory(job, vocab, memory_available(), others, error);
}

static void report(void *context, double share) {
    progress_share(context, "n-grams", share);
}

static bool mix(struct subword_job *job, const struct subword_target *target, struct error *error) {
    struct subwords subwords;
    if (!job->settings.mix.given)
        return true;
    job->mixed = memory_pages(job->mixed_bytes, "the mixed vectors", error);
    if (job->mixed == NULL)
        return false;
    memcpy(job->mixed, target->input, job->mixed_bytes);
    if (!subwords_open(&subwords, job->section, job->section_bytes, job->dim))
        return error_set(error, ERROR_INPUT, "the n-grams have no vectors");
    return subword_fit_mix(&job->fit, target, &subwords, job->settings.mix.value, job->mixed, error);
}

bool subword_job_run(struct subword_job *job, const float *input, struct error *error) {
    const struct subword_target target = {.input = input,
                                          .dim = job->dim,
                                          .stride = job->stride,
                                          .threads = job->threads,
                                          .report = report,
                                          .context = job->progress};
    progress_start(job->progress);
    job->section = subword_fit_run(&job->fit, &target, &job->section_bytes, error);
    progress_clear(job->progress);
    if (job->section == NULL || !mix(job, &target, error))
        return false;
    if (!job->quiet)
        fprintf(stderr, "fitted %zu n-grams in %.2f s, %.1f MB\n", job->fit.count,
                progress_clock() - job->progress->started, (double)job->section_bytes * 1e-6);
    return true;
}

void subword_job_free(struct subword_job *job) {
    subword_fit_free(&job->fit);
    free(job->section);
    if (job->mixed != NULL)
        memory_pages_free(job->mixed, job->mixed_bytes);
    *job = (struct subword_job){.section = NULL};
}
