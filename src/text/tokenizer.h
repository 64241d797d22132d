/* From bytes to tokens. A tokenizer reads a piece of memory from front to back; each thread has its own. */
#ifndef SGNS_TEXT_TOKENIZER_H
#define SGNS_TEXT_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "text/normalize.h"

/* Longer tokens are skipped and counted, never split. */
#define TOKEN_BYTES_MAX NORMALIZE_WORD_MAX

enum tokenizer_kind {
    /* Letters and digits form words, with the marks behind them. An apostrophe (' or U+2019, which becomes
     * '), a hyphen (-, U+2010 or U+2011, which become -) or an underscore inside a word is kept, and so is a
     * joiner without width (U+200C, U+200D), of several in a row the first. Soft hyphens and the like
     * (UNICODE_IGNORED in text/unicode.h) vanish; everything else separates words. Normalization form C;
     * simple case folding unless keep_case. */
    TOKENIZER_WORDS,
    /* Everything between ASCII white space or NUL, unchanged: no folding and no normalization, for what other
     * programs prepared. */
    TOKENIZER_WHITESPACE,
};

struct tokenizer_rules {
    enum tokenizer_kind kind;
    bool keep_case; /* no case folding; TOKENIZER_WHITESPACE never folds */
};

/* What was skipped. Ill-formed UTF-8 separates words with either kind of rules. */
struct tokenizer_skipped {
    uint64_t ill_formed;       /* maximal ill-formed sequences (Unicode 15, table 3-7; W3C practice) */
    uint64_t ill_formed_first; /* where the first one begins, in bytes from the start of the whole input */
    uint64_t overlong;         /* tokens longer than TOKEN_BYTES_MAX after folding */
};

enum token_kind {
    TOKEN_WORD,    /* token[0 .. length) is a word */
    TOKEN_NEWLINE, /* '\n': the sentence ends */
    TOKEN_END,     /* the end of the piece, which also ends a word */
};

struct tokenizer {
    struct tokenizer_rules rules;
    const unsigned char *at, *end; /* what is left of the piece */
    const unsigned char *start;    /* the piece */
    uint64_t offset;               /* of the piece in the whole input */
    bool inside; /* the piece begins inside an overlong token that is already counted; its rest is skipped */
    struct tokenizer_skipped skipped;
    const unsigned char *token; /* the last word, in the piece or in `folded`; valid until the next call */
    size_t length;
    unsigned char folded[TOKEN_BYTES_MAX + 8];
};

/* Starts on a piece of `size` bytes that begins `offset` bytes into the input. The counts of earlier pieces
 * are kept, so zero the struct before the first one. */
void tokenizer_start(struct tokenizer *tokenizer, struct tokenizer_rules rules, const unsigned char *piece,
                     size_t size, uint64_t offset);

enum token_kind tokenizer_next(struct tokenizer *tokenizer);

/* How many of the `size` bytes at `piece` can be tokenized now if more input follows: up to and including the
 * last newline; without a newline, the last byte, or else the last character, that separates words; without
 * one of these, the last complete character. In that case `inside` is true: the next piece begins inside a
 * token. At least 1 if size is 4 or more. */
size_t tokenizer_cut(struct tokenizer_rules rules, const unsigned char *piece, size_t size, bool *inside);

/* Brings a word that a user typed into the form it has in the vocabulary: King becomes king. Writes at most
 * TOKEN_BYTES_MAX bytes and a NUL to `normal`, which holds TOKEN_BYTES_MAX + 1. Returns false, and an empty
 * `normal`, if the tokenizer would not find exactly one word in it. */
bool tokenizer_normalize(struct tokenizer_rules rules, const char *word, char *normal) MUST_USE;

#endif
