#include "text/phrases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/memory.h"
#include "base/number.h"

#define BLANKS " "

/* Of a line, two words, a pass and more. */
#define LINE_MAX_BYTES ((size_t)2 * TOKEN_BYTES_MAX + 1024)

bool phrases_create(struct phrases *phrases, struct error *error) {
    *phrases = (struct phrases){.pairs = NULL};
    return dictionary_create(&phrases->words, error);
}

void phrases_free(struct phrases *phrases) {
    dictionary_free(&phrases->words);
    free(phrases->pairs);
    phrase_table_free(&phrases->table);
    *phrases = (struct phrases){.pairs = NULL};
}

uint32_t phrases_find(const struct phrases *phrases, const void *word, size_t length) {
    uint32_t id;
    return dictionary_find(&phrases->words, word, length, &id) ? id : UINT32_MAX;
}

const char *phrases_word(const struct phrases *phrases, uint32_t id, size_t *length) {
    *length = phrases->words.entries[id].length;
    return phrases->words.text + phrases->words.origins[id].start;
}

/* --- reading --- */

/* Where a line is. */
struct place {
    const char *name;
    size_t number;
};

static bool wrong_line(const struct place *place, struct error *error) {
    return error_set(error, ERROR_INPUT, "%s:%zu: not a line of the form \"word word<TAB>pass\"", place->name,
                     place->number);
}

static bool add_word(struct phrases *phrases, const char *word, size_t length, uint32_t *id,
                     struct error *error) {
    return dictionary_add(&phrases->words, (const unsigned char *)word, length, 0, UINT64_MAX, id, error);
}

static bool add_pair(struct phrases *phrases, struct phrase_pair pair, struct error *error) {
    const size_t before = phrases->table.size;
    if (!memory_reserve(&phrases->pairs, &phrases->capacity, phrases->count + 1, "the phrases", error) ||
        !phrase_table_add(&phrases->table, pair, error))
        return false;
    if (phrases->table.size > before)
        phrases->pairs[phrases->count++] = pair;
    return true;
}

static bool join(struct phrases *phrases, const char *const words[2], uint32_t pass,
                 const struct place *place, struct error *error) {
    char joined[2 * LINE_MAX_BYTES];
    struct phrase_pair pair = {.pass = pass};
    const int length = snprintf(joined, sizeof joined, "%s%c%s", words[0], PHRASE_JOINT, words[1]);
    if (length > TOKEN_BYTES_MAX)
        return error_set(error, ERROR_INPUT, "%s:%zu: a phrase has at most %d bytes", place->name,
                         place->number, TOKEN_BYTES_MAX);
    return add_word(phrases, words[0], strlen(words[0]), &pair.left, error) &&
           add_word(phrases, words[1], strlen(words[1]), &pair.right, error) &&
           add_word(phrases, joined, (size_t)length, &pair.joined, error) && add_pair(phrases, pair, error);
}

static bool check_word(const char *word, const struct tokenizer_rules *rules, const struct place *place,
                       struct error *error) {
    char normal[TOKEN_BYTES_MAX + 1];
    return rules == NULL ||
           (strlen(word) <= TOKEN_BYTES_MAX && tokenizer_normalize(*rules, word, normal) &&
            strcmp(word, normal) == 0) ||
           error_set(error, ERROR_INPUT,
                     "%s:%zu: the tokenizer never makes \"%.60s\" of a text; find the phrases with the same "
                     "--tokenizer and --keep-case as the training reads them",
                     place->name, place->number, word);
}

/* "new york\t1\tmore"; blank lines are passed. */
static bool read_line(struct phrases *phrases, char *line, const struct tokenizer_rules *rules,
                      const struct place *place, struct error *error) {
    const char *words[2];
    char *rest = NULL;
    uint64_t pass = 1;
    line[strcspn(line, "\r")] = '\0';
    char *tab = strchr(line, '\t');
    if (tab != NULL) {
        *tab = '\0';
        tab[1 + strcspn(tab + 1, "\t")] = '\0';
    }
    words[0] = strtok_r(line, BLANKS, &rest);
    words[1] = words[0] != NULL ? strtok_r(NULL, BLANKS, &rest) : NULL;
    if (words[0] == NULL && tab == NULL)
        return true;
    if (words[1] == NULL || strtok_r(NULL, BLANKS, &rest) != NULL ||
        (tab != NULL && !number_integer(tab + 1, &pass)))
        return wrong_line(place, error);
    if (pass == 0 || pass > PHRASE_PASSES_MAX)
        return error_set(error, ERROR_INPUT, "%s:%zu: a pass is a number from 1 to %d", place->name,
                         place->number, PHRASE_PASSES_MAX);
    return check_word(words[0], rules, place, error) && check_word(words[1], rules, place, error) &&
           join(phrases, words, (uint32_t)pass, place, error);
}

static bool not_empty(const struct phrases *phrases, const char *name, struct error *error) {
    return phrases->count > 0 || error_set(error, ERROR_INPUT, "%s: no phrases", name);
}

bool phrases_read(struct phrases *phrases, const char *path, const struct tokenizer_rules *rules,
                  struct error *error) {
    struct lines lines;
    char *line;
    size_t length;
    bool done = phrases_create(phrases, error) && lines_open(&lines, path, error);
    if (!done)
        return false;
    lines.refuse_nul = true;
    while (done && lines_next(&lines, true, &line, &length, error) == LINES_LINE) {
        const struct place place = {lines.name, lines.number};
        done = length < LINE_MAX_BYTES ? read_line(phrases, line, rules, &place, error)
                                       : wrong_line(&place, error);
    }
    lines_close(&lines);
    return done && error->kind == ERROR_NONE && not_empty(phrases, path, error);
}

bool phrases_parse(struct phrases *phrases, const char *text, size_t bytes, const char *name,
                   const struct tokenizer_rules *rules, struct error *error) {
    struct place place = {name, 0};
    bool done = phrases_create(phrases, error);
    for (size_t at = 0; at < bytes && done;) {
        char line[LINE_MAX_BYTES];
        const char *newline = memchr(text + at, '\n', bytes - at);
        const size_t length = newline != NULL ? (size_t)(newline - text) - at : bytes - at;
        place.number++;
        if (length >= sizeof line || memchr(text + at, '\0', length) != NULL)
            return wrong_line(&place, error);
        memcpy(line, text + at, length);
        line[length] = '\0';
        done = read_line(phrases, line, rules, &place, error);
        at += length + 1;
    }
    return done && not_empty(phrases, name, error);
}

/* --- telling what a file is --- */

/* Two words and one blank between them, and if anything follows, a tab and a digit. */
static bool is_pair(const char *line, size_t length) {
    const char *tab = memchr(line, '\t', length);
    const size_t pair = tab != NULL ? (size_t)(tab - line) : length;
    const char *blank = memchr(line, ' ', pair);
    if (blank == NULL || blank == line || blank + 1 == line + pair ||
        memchr(blank + 1, ' ', (size_t)(line + pair - blank) - 1) != NULL ||
        memchr(line, '\0', length) != NULL)
        return false;
    return tab != NULL && pair + 1 < length && tab[1] >= '1' && tab[1] <= '9';
}

bool phrases_is(const unsigned char *start, size_t size) {
    const char *text = (const char *)start;
    size_t at = 0, pairs = 0;
    for (; at < size; pairs++) {
        const char *newline = memchr(text + at, '\n', size - at);
        if (newline == NULL)
            break;
        if (!is_pair(text + at, (size_t)(newline - text) - at))
            return false;
        at = (size_t)(newline - text) + 1;
    }
    return pairs > 0;
}

/* --- writing --- */

char *phrases_text(const struct phrases *phrases, size_t *bytes, struct error *error) {
    size_t size = 0, length;
    for (size_t i = 0; i < phrases->count; i++) {
        (void)phrases_word(phrases, phrases->pairs[i].joined, &length);
        size += length + 3; /* the joint is a blank here; a tab, the pass, a newline */
    }
    char *text = memory_allocate(size + 1, 1, "the phrases", error), *at = text;
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < phrases->count; i++) {
        const struct phrase_pair *pair = &phrases->pairs[i];
        const char *word = phrases_word(phrases, pair->left, &length);
        memcpy(at, word, length);
        at[length] = ' ';
        at += length + 1;
        word = phrases_word(phrases, pair->right, &length);
        memcpy(at, word, length);
        at[length] = '\t';
        at[length + 1] = (char)('0' + pair->pass);
        at[length + 2] = '\n';
        at += length + 3;
    }
    *bytes = (size_t)(at - text);
    return text;
}

/* --- choosing --- */

/* The pairs of later passes first, since what they join may be what earlier ones make. */
static void mark_needed(const struct phrases *phrases, bool *needed) {
    for (uint32_t pass = PHRASE_PASSES_MAX; pass > 0; pass--)
        for (size_t i = 0; i < phrases->count; i++) {
            const struct phrase_pair *pair = &phrases->pairs[i];
            if (pair->pass == pass && needed[pair->joined])
                needed[pair->left] = needed[pair->right] = true;
        }
}

bool phrases_keep(struct phrases *phrases,
                  bool (*known)(const void *context, const char *word, size_t length), const void *context,
                  struct error *error) {
    bool *needed = memory_allocate(phrases->words.size, sizeof *needed, "the phrases", error);
    if (needed == NULL)
        return false;
    for (size_t i = 0; i < phrases->count; i++) {
        size_t length;
        const uint32_t joined = phrases->pairs[i].joined;
        const char *word = phrases_word(phrases, joined, &length);
        needed[joined] = known(context, word, length);
    }
    mark_needed(phrases, needed);
    const size_t count = phrases->count;
    bool done = true;
    phrase_table_free(&phrases->table);
    phrases->count = 0;
    for (size_t i = 0; i < count && done; i++)
        if (needed[phrases->pairs[i].joined])
            done = add_pair(phrases, phrases->pairs[i], error);
    free(needed);
    return done;
}
