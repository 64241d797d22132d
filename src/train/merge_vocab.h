/* Gives a corpus that has been read another vocabulary: that of an older model, with or without the words of
 * the text, that of a file, or that of a checkpoint. */
#ifndef SGNS_TRAIN_MERGE_VOCAB_H
#define SGNS_TRAIN_MERGE_VOCAB_H

#include "model/model.h"
#include "text/ingest.h"

enum vocab_from {
    VOCAB_BOTH, /* the words of the model, and those of the text that are frequent enough */
    VOCAB_OLD,  /* the words of the model */
    VOCAB_NEW,  /* the words of the text that are frequent enough */
};

struct merge_options {
    const struct model *model;
    enum vocab_from from;
    uint64_t min_count; /* rarer words of the text are dropped, unless the model's words are kept */
    uint64_t max_vocab; /* 0: all */
};

struct merged_vocab {
    uint32_t *of_word; /* (vocab) id + 1 in the model of each word of the new vocabulary; 0: none; owned */
    size_t started;    /* words that the model has usable rows of */
    size_t seen;       /* of these, words that occur in the text */
};

/* The corpus must have been read with a minimum count of 1 and without a limit. Counts are those of the text
 * plus those of the model; words that neither has counted count as 1. Fails (ERROR_INPUT) if no word is left,
 * or if none of them occurs in the text. Free `merged` with free(merged->of_word), also after a failure. */
bool merge_vocab(struct merged_vocab *merged, struct corpus *corpus, const struct merge_options *options,
                 struct error *error) MUST_USE;

/* Takes over a vocabulary with its counts. Words of the corpus that are not in it are dropped. *seen becomes
 * the number of its words that occur in the corpus. */
bool merge_vocab_adopt(struct corpus *corpus, const struct vocab *vocab, size_t *seen,
                       struct error *error) MUST_USE;

#endif
