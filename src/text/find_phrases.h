/* Finds the phrases of a corpus: pairs of words that come together much more often than by chance.
 *
 * With c(a), c(b) and c(ab) occurrences of two words and of one behind the other in a sentence, among N
 * words:
 *
 *   PHRASE_WORD2PHRASE  (c(ab) - min_count) N / (c(a) c(b))
 *       as word2phrase.c has it (Mikolov et al. 2013, Distributed representations of words and phrases,
 * equation 6) PHRASE_NPMI         log(c(ab) N / (c(a) c(b))) / -log(c(ab) / N) normalized pointwise mutual
 * information (Bouma 2009): 1 for words that only come together, 0 for words that come together by chance
 *
 * All counts are exact. Pairs are counted by a hash of theirs in as many ranges as memory asks for, each in a
 * round over the corpus; threads take different ranges. Neither changes the result. */
#ifndef SGNS_TEXT_FIND_PHRASES_H
#define SGNS_TEXT_FIND_PHRASES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/dictionary.h"
#include "text/ingest.h"
#include "text/phrase_join.h"

enum phrase_score { PHRASE_WORD2PHRASE, PHRASE_NPMI };

struct find_phrases_options {
    enum phrase_score score;
    double threshold;   /* pairs with a higher score are joined */
    uint64_t min_count; /* at least 1: pairs, and words, that are rarer are never joined */
    uint32_t passes;    /* 1 to PHRASE_PASSES_MAX; a later one joins what earlier ones have made */
    size_t threads;     /* 1 or more */
    size_t memory;      /* bytes that counting may take */
};

struct found_phrase {
    struct phrase_pair pair;
    uint64_t count;
    double score;
};

/* Words have the ids of the corpus; phrases that are none of its words, those behind them. */
struct found_phrases {
    const struct corpus *corpus;
    struct found_phrase *list; /* (count) by pass, the highest score first; owned */
    size_t count, capacity;
    struct phrase_table table;
    struct dictionary joined; /* words of the corpus that have a joint, and all phrases */
    uint32_t *joined_ids;     /* (joined.size) their ids; owned */
    size_t joined_capacity;
    uint32_t *phrases; /* (id_count - corpus->vocab.size) by id: their numbers in `joined`; owned */
    size_t phrases_capacity;
    uint32_t id_count;
    uint64_t *counts; /* (id_count) of words after the passes so far; owned */
    size_t counts_capacity;
    uint64_t total; /* of these */
};

/* The corpus has been read with all of its words (ingest) and must stay. Free with found_phrases_free, also
 * after a failure. */
bool find_phrases(struct found_phrases *found, const struct corpus *corpus,
                  const struct find_phrases_options *options, struct error *error) MUST_USE;
void found_phrases_free(struct found_phrases *found);

/* Is called for each word of the corpus, in order, and at the end of each sentence with STREAM_SENTENCE_END;
 * a failure ends the walk. */
typedef bool found_phrases_take(void *context, uint32_t id, struct error *error);

/* Goes over the corpus with its phrases joined. */
bool found_phrases_walk(const struct found_phrases *found, found_phrases_take *take, void *context,
                        struct error *error) MUST_USE;

/* The word of an id, not ended by a NUL. */
const char *found_phrases_word(const struct found_phrases *found, uint32_t id, size_t *length);

#endif
