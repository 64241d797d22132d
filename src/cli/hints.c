#include "cli/hints.h"

#include <ctype.h>
#include <string.h>

#include "cli/common_options.h"
#include "query/spelling.h"

/* Shorter words are no misspelling of anything in particular. */
#define WORD_MIN 3

#define NAMES_MAX 128

/* What an option of word2vec.c, fastText, GloVe or gensim is called here, or what to do instead where a
 * command has no such option. */
struct foreign {
    const char *name; /* in small letters, without hyphens and underscores */
    const char *ours; /* or NULL */
    const char *instead;
};

#define CORPUS "the corpus needs no option: sgns train CORPUS -o MODEL"
#define NGRAMS "sgns train --subwords and sgns subwords fit n-grams of characters; they are not hashed"
#define SKIP_GRAM "skip-gram is the only model here"
#define NO_CLASSIFIER "there is no text classification here"

static const struct foreign foreign_options[] = {
    {"alpha", "alpha", NULL},
    {"autotunevalidation", NULL, NO_CLASSIFIER},
    {"batchwords", NULL, "there are no batches to size here"},
    {"binary", NULL,
     "sgns export MODEL -f word2vec writes word2vec's binary format, -f word2vec-text its text"},
    {"bucket", NULL, NGRAMS},
    {"cbow", NULL, SKIP_GRAM},
    {"cbowmean", NULL, SKIP_GRAM},
    {"classes", "classes", "sgns cluster MODEL makes classes of words"},
    {"computeloss", NULL, "the loss is always computed; sgns info MODEL shows it"},
    {"corpusfile", NULL, CORPUS},
    {"debug", "verbose", NULL},
    {"dimensions", "dim", NULL},
    {"epoch", "epochs", NULL},
    {"eta", "alpha", NULL},
    {"hs", NULL, "there is no hierarchical softmax here, only noise words (--negative)"},
    {"input", NULL, CORPUS},
    {"iter", "epochs", NULL},
    {"label", NULL, NO_CLASSIFIER},
    {"learningrate", "alpha", NULL},
    {"lr", "alpha", NULL},
    {"lrupdaterate", NULL, "the learning rate falls all the time here"},
    {"maxfinalvocab", "max-vocab", NULL},
    {"maxn", "maxn", NGRAMS},
    {"maxvocabsize", "max-vocab", NULL},
    {"mincountlabel", NULL, NO_CLASSIFIER},
    {"minn", "minn", NGRAMS},
    {"neg", "negative", NULL},
    {"nsexponent", "noise-power", NULL},
    {"numthreads", "threads", NULL},
    {"output", "output", NULL},
    {"pretrainedvectors", "init", "sgns train --init MODEL starts from given vectors"},
    {"readvocab", "vocab", NULL},
    {"restrictvocab", "restrict", NULL},
    {"saveoutput", NULL, "the context vectors are always saved"},
    {"savevocab", NULL, "the vocabulary is part of the model; sgns vocab CORPUS writes it as a file"},
    {"sentences", NULL, CORPUS},
    {"sg", NULL, SKIP_GRAM},
    {"shrinkwindows", NULL, "--weights random draws a window's size for each word, as word2vec does"},
    {"size", "dim", NULL},
    {"sortedvocab", NULL, "the vocabulary is always sorted by frequency"},
    {"t", "sample", NULL},
    {"thread", "threads", NULL},
    {"topn", "neighbors", NULL},
    {"train", NULL, CORPUS},
    {"trimrule", NULL, "--min-count and --max-vocab limit the vocabulary"},
    {"vectorsize", "dim", NULL},
    {"windowsize", "window", NULL},
    {"wordngrams", NULL, "words are taken one by one here"},
    {"workers", "threads", NULL},
    {"ws", "window", NULL},
};

/* --- names --- */

/* The next character of a name that counts, in small letters; 0 at its end. */
static char next_letter(const char **at, const char *end) {
    while (*at < end && (**at == '-' || **at == '_'))
        ++*at;
    return (char)(*at < end ? tolower((unsigned char)*(*at)++) : '\0');
}

static bool same_name(const char *word, size_t length, const char *name) {
    const char *end = word + length, *name_end = name + strlen(name);
    for (;;) {
        const char a = next_letter(&word, end), b = next_letter(&name, name_end);
        if (a != b)
            return false;
        if (a == '\0')
            return true;
    }
}

static size_t add_names(const struct option_table *table, const char *names[NAMES_MAX], size_t count) {
    for (size_t i = 0; i < table->count && count < NAMES_MAX; i++)
        names[count++] = table->options[i].name;
    return count;
}

/* The names of all options, at most NAMES_MAX. Returns how many there are. */
static size_t list_names(const struct option_table *const *tables, const char *names[NAMES_MAX]) {
    size_t count = 0;
    for (; *tables != NULL; tables++)
        count = add_names(*tables, names, count);
    return add_names(&common_options, names, count);
}

static const char *find_same(const char *word, size_t length, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (same_name(word, length, names[i]))
            return names[i];
    return NULL;
}

static const struct foreign *find_foreign(const char *word, size_t length) {
    for (size_t i = 0; i < sizeof foreign_options / sizeof *foreign_options; i++)
        if (same_name(word, length, foreign_options[i].name))
            return &foreign_options[i];
    return NULL;
}

size_t hint_closest(const char *word, size_t length, const char *const *names, size_t count) {
    size_t closest = count, min = SPELLING_EDITS_MAX + 1, begun = 0;
    if (length < WORD_MIN)
        return count;
    for (size_t i = 0; i < count; i++) {
        const size_t edits = spelling_distance(word, length, names[i], strlen(names[i]));
        if (edits < min) {
            min = edits;
            closest = i;
        }
    }
    for (size_t i = 0; min > SPELLING_EDITS_MAX && i < count; i++)
        if (strncmp(names[i], word, length) == 0) {
            begun++;
            closest = i;
        }
    return begun > 1 ? count : closest;
}

bool hint_is_long_option(const struct option_table *const *tables, const char *word, size_t length) {
    const char *names[NAMES_MAX];
    return length > 1 && (find_same(word, length, names, list_names(tables, names)) != NULL ||
                          find_foreign(word, length) != NULL);
}

/* --- the hint --- */

bool hint_unknown_option(const struct option_table *const *tables, const char *word, bool signs,
                         struct error *error) {
    const bool two_dashes = word[1] == '-';
    const char *name = word + 1 + two_dashes, *names[NAMES_MAX];
    const size_t length = strcspn(name, "="), count = list_names(tables, names);
    const int shown = (int)(name + length - word);
    const char *same = find_same(name, length, names, count);
    if (same != NULL && length > 1)
        return error_set(error, ERROR_INPUT, "unknown option %.*s: here it is --%s", shown, word, same);
    const struct foreign *foreign = find_foreign(name, length);
    const char *ours = foreign != NULL && foreign->ours != NULL
                           ? find_same(foreign->ours, strlen(foreign->ours), names, count)
                           : NULL;
    if (ours != NULL)
        return error_set(error, ERROR_INPUT, "unknown option %.*s: here it is --%s", shown, word, ours);
    if (foreign != NULL && foreign->instead != NULL)
        return error_set(error, ERROR_INPUT, "unknown option %.*s: %s", shown, word, foreign->instead);
    if (signs && !two_dashes)
        return error_set(error, ERROR_INPUT,
                         "unknown option %s; if it is a sign and a word, put a blank between: %c %s", word,
                         *word, name);
    const size_t closest = hint_closest(name, length, names, count);
    if (closest < count)
        return error_set(error, ERROR_INPUT, "unknown option %.*s; did you mean --%s?", shown, word,
                         names[closest]);
    return error_set(error, ERROR_INPUT, "unknown option %.*s; --help lists the options", shown, word);
}
