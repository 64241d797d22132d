/* Bytes to tokens. One tokenizer reads one piece of memory, front to back; threads each have their own. */
#ifndef SGNS_TEXT_TOKENIZER_H
#define SGNS_TEXT_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A longer token is skipped whole and counted, never cut. */
#define TOKEN_BYTES_MAX 1000

enum tokenizer_kind {
    /* Letters, marks and digits make words; an apostrophe (' or U+2019, which becomes '), hyphen or
     * underscore inside a word is kept; all else separates. Simple case folding unless keep_case. */
    TOKENIZER_WORDS,
    /* What stands between ASCII white space and NUL, as it is. */
    TOKENIZER_WHITESPACE,
};

struct tokenizer_rules {
    enum tokenizer_kind kind;
    bool keep_case; /* no case folding; TOKENIZER_WHITESPACE never folds */
};

/* What was passed over. Ill-formed UTF-8 separates words in every kind. */
struct tokenizer_skipped {
    uint64_t ill_formed;       /* maximal ill-formed sequences (Unicode 15, table 3-7; W3C practice) */
    uint64_t ill_formed_first; /* offset of the first one's first byte, from the start of the whole input */
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
    bool inside; /* the piece begins inside an overlong token, counted already: its rest is passed over */
    struct tokenizer_skipped skipped;
    const unsigned char
        *token; /* the last word; valid until the next call; into the piece or into `folded` */
    size_t length;
    unsigned char folded[TOKEN_BYTES_MAX + 8];
};

/* Starts at a piece of `size` bytes that begins `offset` bytes into the input; keeps the counts of earlier
 * pieces, so zero the struct once before the first. */
void tokenizer_start(struct tokenizer *tokenizer, struct tokenizer_rules rules, const unsigned char *piece,
                     size_t size, uint64_t offset);

enum token_kind tokenizer_next(struct tokenizer *tokenizer);

/* How many of the `size` bytes at `piece` may be given to a tokenizer now, more input to follow: up to and
 * with the last newline; failing that, the last byte, or else character, that separates words; failing that,
 * the last whole character, and then `inside` is true: the next piece begins inside a token. At least 1 if
 * size is 4 or more. */
size_t tokenizer_cut(struct tokenizer_rules rules, const unsigned char *piece, size_t size, bool *inside);

/* Brings a word that a user typed to the form the vocabulary has: King to king. Writes at most
 * TOKEN_BYTES_MAX bytes and a final NUL to `normal`, which has room for TOKEN_BYTES_MAX + 1. False, and
 * `normal` empty, if the tokenizer would not make exactly one word of it. */
bool tokenizer_normalize(struct tokenizer_rules rules, const char *word, char *normal) MUST_USE;

#endif
