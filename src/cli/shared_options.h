/* Options that several commands have, for their tables. They take the offset of the option's value in the
 * command's settings. */
#ifndef SGNS_CLI_SHARED_OPTIONS_H
#define SGNS_CLI_SHARED_OPTIONS_H

#include "cli/options.h"
#include "cli/output.h"

/* The largest number of words, rows or answers that an option takes. */
#define OPTION_COUNT_MAX 4294967295.0

/* size_t, enum output_format */
#define OPTION_FORMAT(place)                                                                     \
    {                                                                                            \
        .name = "format", .type = OPTION_CHOICE, .fallback = "table", .choices = output_formats, \
        .help = "a table for people; tsv or json for programs", .offset = (place),               \
    }

/* uint64_t; 0 if not given, see option_threads */
#define OPTION_THREADS(place)                                                                       \
    {                                                                                               \
        .name = "threads", .type = OPTION_INTEGER, .value = "N", .min = 1, .max = 1024,             \
        .help = "how many threads to use; by default, one for each usable core", .offset = (place), \
    }

/* uint64_t; 0 for all, see option_limit */
#define OPTION_RESTRICT(default_, whose, place)                                             \
    {                                                                                       \
        .name = "restrict", .type = OPTION_INTEGER, .value = "N", .fallback = (default_),   \
        .max = OPTION_COUNT_MAX, .help = whose "only the N most frequent words; 0 for all", \
        .offset = (place),                                                                  \
    }

/* uint64_t */
#define OPTION_NEIGHBOURS(what, place)                                                               \
    {                                                                                                \
        .name = "neighbours", .letter = 'k', .type = OPTION_INTEGER, .value = "N", .fallback = "10", \
        .min = 1, .max = OPTION_COUNT_MAX, .help = "how many " what " to print", .offset = (place),  \
    }

/* struct option_real; see option_min_score */
#define OPTION_THRESHOLD(place)                                                                \
    {                                                                                          \
        .name = "threshold", .type = OPTION_MAYBE_REAL, .value = "X", .min = -1e9, .max = 1e9, \
        .help = "print only answers with a score of X or more", .offset = (place),             \
    }

/* bool */
#define OPTION_CONTEXT(place)                                                             \
    {                                                                                     \
        .name = "context", .type = OPTION_FLAG,                                           \
        .help = "use the context vectors instead of the word vectors", .offset = (place), \
    }

/* bool */
#define OPTION_NORMALIZE(place)                                                             \
    {                                                                                       \
        .name = "normalize", .type = OPTION_FLAG,                                           \
        .help = "scale the vectors to length 1; zero vectors stay zero", .offset = (place), \
    }

/* The threads to use. */
size_t option_threads(uint64_t threads);

/* The score that OPTION_THRESHOLD asks for, or -INFINITY. */
double option_min_score(struct option_real threshold);

#endif
