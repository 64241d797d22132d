/* A list of phrases: which pairs of words are joined to one, new_york. As a file, it has a line for each:
 *
 *   new york<TAB>1
 *   new_york city<TAB>2
 *
 * with the pass (text/phrase_join.h) behind a tab; without one it is the first. What follows another tab is
 * for people. */
#ifndef SGNS_TEXT_PHRASES_H
#define SGNS_TEXT_PHRASES_H

#include <stddef.h>

#include "base/error.h"
#include "text/dictionary.h"
#include "text/phrase_join.h"
#include "text/tokenizer.h"

/* Between the words of a phrase. */
#define PHRASE_JOINT '_'

struct phrases {
    struct dictionary words;   /* all that are joined, and what they become; ids are theirs */
    struct phrase_pair *pairs; /* (count) in the order of the list, each once; owned */
    size_t count, capacity;
    struct phrase_table table; /* of the pairs */
};

/* Zeroes it and makes it empty. Free with phrases_free, also after a failure. */
bool phrases_create(struct phrases *phrases, struct error *error) MUST_USE;
void phrases_free(struct phrases *phrases);

/* Reads a list from a file. ERROR_INPUT, naming the line, if it is not of this form, if a tokenizer with
 * these rules would not make its words, or if a phrase would be longer than a token may be; and for an empty
 * list.
 */
bool phrases_read(struct phrases *phrases, const char *path, const struct tokenizer_rules *rules,
                  struct error *error) MUST_USE;

/* The same from memory; `name` names it in errors. */
bool phrases_parse(struct phrases *phrases, const char *text, size_t bytes, const char *name,
                   const struct tokenizer_rules *rules, struct error *error) MUST_USE;

/* Whether a file that begins with start[0 .. size) may be a list. A last line that may be cut off is not
 * looked at. */
bool phrases_is(const unsigned char *start, size_t size);

/* The list as text, without what is for people; to be freed with free(). */
char *phrases_text(const struct phrases *phrases, size_t *bytes, struct error *error) MUST_USE;

/* Keeps only pairs that lead to a phrase of which `known` is true, over other pairs or none. */
bool phrases_keep(struct phrases *phrases,
                  bool (*known)(const void *context, const char *word, size_t length), const void *context,
                  struct error *error) MUST_USE;

/* The id of a word; UINT32_MAX for one that the list doesn't have, which no pair has either. */
uint32_t phrases_find(const struct phrases *phrases, const void *word, size_t length);

/* The word of an id, not ended by a NUL. */
const char *phrases_word(const struct phrases *phrases, uint32_t id, size_t *length);

#endif
