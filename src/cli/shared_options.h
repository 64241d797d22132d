/* The options that several commands share, as rows of option tables (base/option.h). `place` is the offset of
 * the option's value in the command's settings. */
#ifndef SGNS_CLI_SHARED_OPTIONS_H
#define SGNS_CLI_SHARED_OPTIONS_H

#include "cli/options.h"
#include "cli/output.h"

/* The largest number of words, rows or answers that an option takes. */
#define COUNT_MAX 4294967295.0

/* size_t, enum output_format */
#define FORMAT_OPTION(place) \
    CHOICE_OPTION("format", "table", output_formats, "a table for people; tsv or json for programs", place)

/* 0 if not given: see option_threads */
#define THREADS_OPTION(place)                   \
    INTEGER_OPTION("threads", 0, NULL, 1, 1024, \
                   "how many threads to use; by default, one for each usable core", place)

/* 0 for all: see space_limit in search/space.h */
#define RESTRICT_OPTION(fallback_, verb, place)            \
    INTEGER_OPTION("restrict", 0, fallback_, 0, COUNT_MAX, \
                   verb " only the N most frequent words; 0 for all", place)

#define NEIGHBORS_OPTION(what, place) \
    INTEGER_OPTION("neighbors", 'k', "10", 1, COUNT_MAX, "how many " what " to print", place)

/* struct option_real: see option_min_score */
#define THRESHOLD_OPTION(place)                                                                \
    {                                                                                          \
        .name = "threshold", .type = OPTION_MAYBE_REAL, .value = "X", .min = -1e9, .max = 1e9, \
        .help = "print only answers with a score of X or more", .offset = (place)              \
    }

#define CONTEXT_OPTION(place) \
    FLAG_OPTION("context", "use the context vectors instead of the word vectors", place)

#define NORMALIZE_OPTION(place) \
    FLAG_OPTION("normalize", "scale the vectors to length 1; zero vectors stay zero", place)

#define FORCE_OPTION(what, place) FLAG_OPTION("force", "replace the file even if it is not " what, place)

/* The number of threads to use. */
size_t option_threads(uint64_t threads);

/* The score that THRESHOLD_OPTION asks for; -INFINITY if it was not given. */
double option_min_score(struct option_real threshold);

#endif
