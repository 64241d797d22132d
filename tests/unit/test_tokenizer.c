#include "text/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"
#include "text/normalize.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define TEXT_MAX ((size_t)8192)
#define TEXTS 2500

static const struct tokenizer_rules all_rules[] = {
    {TOKENIZER_WORDS, false},
    {TOKENIZER_WORDS, true},
    {TOKENIZER_WHITESPACE, false},
    {TOKENIZER_WHITESPACE, true},
};
#define RULES (sizeof all_rules / sizeof *all_rules)

/* --- what a tokenizer says of a text: a copy of all words, their lengths, newlines --- */

#define NEWLINE SIZE_MAX

struct result {
    size_t *lengths; /* (size) of words; NEWLINE */
    unsigned char *bytes;
    size_t size, byte_count;
    struct tokenizer_skipped skipped;
};

/* Folding turns 2 bytes into 3 at most, and form C 1 code point into 3. */
static struct result make_result(void) {
    struct result result = {.lengths = malloc(TEXT_MAX * sizeof *result.lengths),
                            .bytes = malloc(5 * TEXT_MAX)};
    if (result.lengths == NULL || result.bytes == NULL)
        abort();
    return result;
}

static void free_result(struct result *result) {
    free(result->lengths);
    free(result->bytes);
}

static void add_word(struct result *result, const unsigned char *word, size_t length) {
    result->lengths[result->size++] = length;
    memcpy(result->bytes + result->byte_count, word, length);
    result->byte_count += length;
}

static void add_newline(struct result *result) {
    result->lengths[result->size++] = NEWLINE;
}

static bool same_skipped(const struct tokenizer_skipped *a, const struct tokenizer_skipped *b) {
    return a->ill_formed == b->ill_formed && a->overlong == b->overlong &&
           (a->ill_formed == 0 || a->ill_formed_first == b->ill_formed_first);
}

static bool same_results(const struct result *a, const struct result *b) {
    return a->size == b->size && memcmp(a->lengths, b->lengths, a->size * sizeof *a->lengths) == 0 &&
           a->byte_count == b->byte_count && memcmp(a->bytes, b->bytes, a->byte_count) == 0 &&
           same_skipped(&a->skipped, &b->skipped);
}

/* Runs a tokenizer over one piece. */
static void run_piece(struct tokenizer *tokenizer, struct result *result, struct tokenizer_rules rules,
                      const unsigned char *piece, size_t size, uint64_t offset) {
    tokenizer_start(tokenizer, rules, piece, size, offset);
    for (;;) {
        const enum token_kind kind = tokenizer_next(tokenizer);
        if (kind == TOKEN_END)
            break;
        if (kind == TOKEN_NEWLINE)
            add_newline(result);
        else
            add_word(result, tokenizer->token, tokenizer->length);
    }
    result->skipped = tokenizer->skipped;
}

static void run_whole(struct result *result, struct tokenizer_rules rules, const unsigned char *text,
                      size_t size, uint64_t offset) {
    struct tokenizer tokenizer = {.skipped = {0}};
    run_piece(&tokenizer, result, rules, text, size, offset);
}

/* --- the same, slowly: characters first, then what they make --- */

enum character_kind {
    WORD,
    MARK,
    JOINER,
    WITHOUT_WIDTH,
    IGNORED,
    NEWLINE_CHARACTER,
    BLANK,
    OTHER,
    ILL_FORMED
};

struct character {
    enum character_kind kind;
    uint32_t code_point;
    size_t at, length;
};

static enum character_kind kind_of(uint32_t code_point) {
    if (code_point == '\n')
        return NEWLINE_CHARACTER;
    if (code_point < 0x80 && strchr(" \t\v\f\r", (int)code_point) != NULL) /* finds NUL, too */
        return BLANK;
    if (code_point == '\'' || code_point == '-' || code_point == '_')
        return JOINER;
    if (code_point == 0x2010 || code_point == 0x2011 || code_point == 0x2019)
        return JOINER;
    const unsigned kind = unicode_kind(code_point) % UNICODE_UNSTABLE;
    return kind == UNICODE_LETTER                                 ? WORD
           : kind == UNICODE_MARK || kind == UNICODE_ORDERED_MARK ? MARK
           : kind == UNICODE_JOINER                               ? WITHOUT_WIDTH
           : kind == UNICODE_IGNORED                              ? IGNORED
                                                                  : OTHER;
}

static size_t read_characters(const unsigned char *text, size_t size, struct character *characters) {
    size_t count = 0;
    for (size_t at = 0; at < size; at += characters[count++].length) {
        struct character *character = &characters[count];
        const int decoded = utf8_decode(text + at, text + size, &character->code_point);
        character->at = at;
        character->length = (size_t)abs(decoded);
        character->kind = decoded < 0 ? ILL_FORMED : kind_of(character->code_point);
    }
    characters[count] = (struct character){.kind = OTHER, .at = size};
    return count;
}

/* Where the word that starts at character `i` ends: between its letters are single joiners and what has no
 * width, and marks are behind letters. */
static size_t word_end(const struct character *characters, size_t i) {
    size_t end = i;
    for (bool joined = false;; i++) {
        const enum character_kind kind = characters[i].kind;
        if (kind == WORD || (kind == MARK && !joined)) {
            end = i + 1;
            joined = false;
        } else if (kind == JOINER && !joined)
            joined = true;
        else if (kind != WITHOUT_WIDTH && kind != IGNORED)
            return end;
    }
}

static size_t whitespace_end(const struct character *characters, size_t count, size_t i) {
    while (i < count && characters[i].kind != BLANK && characters[i].kind != NEWLINE_CHARACTER &&
           characters[i].kind != ILL_FORMED)
        i++;
    return i;
}

static uint32_t plain_point(const struct character *character) {
    const uint32_t point = character->code_point;
    return point == 0x2019 ? '\'' : point == 0x2010 || point == 0x2011 ? '-' : point;
}

/* Of what joins two letters, the hyphen stays, or else the first. */
static size_t add_joiner(uint32_t *points, size_t count, const struct character *character) {
    const bool after_joiner = kind_of(points[count - 1]) == WITHOUT_WIDTH;
    if (character->kind == JOINER || (!after_joiner && kind_of(points[count - 1]) != JOINER))
        points[after_joiner ? count - 1 : count] = plain_point(character);
    else
        return count;
    return after_joiner ? count : count + 1;
}

static size_t make_points(uint32_t *points, struct tokenizer_rules rules, const struct character *characters,
                          size_t count) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (characters[i].kind == JOINER || characters[i].kind == WITHOUT_WIDTH)
            used = add_joiner(points, used, &characters[i]);
        else if (characters[i].kind != IGNORED)
            points[used++] = characters[i].code_point;
    return rules.keep_case ? normalize_compose(points, used) : normalize_fold(points, used);
}

static void add_characters(struct result *result, struct tokenizer_rules rules, const unsigned char *text,
                           const struct character *characters, size_t count) {
    static unsigned char word[5 * TEXT_MAX];
    static uint32_t points[NORMALIZE_PARTS * TEXT_MAX];
    size_t length = 0;
    if (rules.kind == TOKENIZER_WHITESPACE) {
        length = characters[count - 1].at + characters[count - 1].length - characters[0].at;
        memcpy(word, text + characters[0].at, length);
    } else
        for (size_t i = 0, used = make_points(points, rules, characters, count); i < used; i++)
            length += utf8_encode(points[i], word + length);
    if (length > TOKEN_BYTES_MAX)
        result->skipped.overlong++;
    else
        add_word(result, word, length);
}

static void run_plainly(struct result *result, struct tokenizer_rules rules, const unsigned char *text,
                        size_t size, uint64_t offset) {
    struct character characters[TEXT_MAX + 1];
    const size_t count = read_characters(text, size, characters);
    for (size_t i = 0; i < count;) {
        const struct character *here = &characters[i];
        const size_t end = rules.kind == TOKENIZER_WHITESPACE ? whitespace_end(characters, count, i)
                           : here->kind == WORD               ? word_end(characters, i)
                                                              : i;
        if (end > i) {
            add_characters(result, rules, text, here, end - i);
            i = end;
            continue;
        }
        if (here->kind == NEWLINE_CHARACTER)
            add_newline(result);
        if (here->kind == ILL_FORMED && result->skipped.ill_formed++ == 0)
            result->skipped.ill_formed_first = offset + here->at;
        i++;
    }
}

/* --- random texts --- */

/* The parts that texts are composed of. */
static const char *const atoms[] = {
    "a",
    "e",
    "z",
    "t",
    "0",
    "9",
    "A",
    "Z",
    "the",
    "Word", /* ASCII words */
    "'",
    "-",
    "_",
    "'",
    "-",
    "--",
    "\xe2\x80\x99",
    "\xe2\x80\x98",
    "\xe2\x80\x90",
    "\xe2\x80\x91", /* joiners and the like */
    "\xe2\x80\x8c",
    "\xe2\x80\x8d", /* without width */
    "\xc2\xad",
    "\xe2\x80\x8e",
    "\xef\xbb\xbf", /* ignored */
    " ",
    " ",
    " ",
    "\t",
    "\v",
    "\f",
    "\r",
    "\r\n",
    "\n",
    "\x1f",
    "\x7f",
    "@",
    "[",
    "`",
    "{",
    ".",
    ", ",
    "/",
    ":",
    "\xc3\x84",
    "\xc3\x9f",
    "\xce\xa3",
    "\xcf\x82",
    "\xd0\x96",
    "\xcc\x81",
    "\xcc\xa3",
    "\xcc\x87",
    "J\xcc\x8c",    /* only its small letter is composed */
    "\xef\xb8\x8f", /* a variation selector */
    "\xe0\xa5\x98", /* U+0958, which is decomposed for good */
    "\xe1\x84\x92",
    "\xe1\x85\xa1",
    "\xe1\x86\xab", /* a syllable of Hangul */
    "\xc2\xa0",
    "\xc3\x97",         /* 2 bytes */
    "\xc4\xb0",         /* U+0130, which folds to one byte less */
    "\xc8\xba",         /* U+023A, which folds to one byte more */
    "\xe2\x84\xaa",     /* U+212A, which folds to k */
    "\xe1\xba\x9e",     /* U+1E9E */
    "\xe4\xb8\xad",     /* CJK */
    "\xe3\x80\x82",     /* and its full stop */
    "\xf0\x90\x90\x80", /* U+10400, which folds */
    "\xf0\x9f\x98\x80", /* an emoji */
    "\xf0\xa0\x80\x80", /* CJK of 4 bytes */
    "\xc3",
    "\xe4\xb8",
    "\xf0\x9f\x98",
    "\xf0\x9f",
    "\x80",
    "\xbf\xbf",
    "\xc0\xaf",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xff",
    "\xfe",
    "\xe0\x80\x80",
};
#define ATOMS ((uint32_t)(sizeof atoms / sizeof *atoms))

struct text {
    unsigned char bytes[TEXT_MAX];
    size_t size;
};

static void add(struct text *text, const char *atom) {
    const size_t length = strlen(atom);
    if (text->size + length <= TEXT_MAX) {
        memcpy(text->bytes + text->size, atom, length);
        text->size += length;
    }
}

/* Mostly letters: repeats an atom up to about the number of bytes that a token may have. */
static void add_run(struct text *text, struct rng *rng) {
    const char *atom = atoms[rng_below(rng, ATOMS)];
    const size_t bytes = TOKEN_BYTES_MAX - 6 + rng_below(rng, 12);
    add(text, rng_below(rng, 2) == 0 ? "a" : "B-");
    for (size_t length = strlen(atom), all = 0; all + length <= bytes; all += length)
        add(text, atom);
    for (uint32_t more = rng_below(rng, 6); more > 0; more--)
        add(text, "x");
}

/* Uses all atoms or only a few, so that there are long words as well as short ones. */
static void mix(struct text *text, struct rng *rng) {
    const uint32_t first = rng_below(rng, 2) == 0 ? 0 : rng_below(rng, ATOMS);
    const uint32_t range = rng_below(rng, 2) == 0 ? ATOMS - first : 1 + rng_below(rng, ATOMS - first);
    text->size = 0;
    for (uint32_t left = rng_below(rng, 120); left > 0; left--) {
        const uint32_t what = rng_below(rng, 200);
        if (what == 0)
            add_run(text, rng);
        else if (what < 3 && text->size < TEXT_MAX)
            text->bytes[text->size++] = (unsigned char)rng_below(rng, 256);
        else if (what < 20 && text->size < TEXT_MAX)
            text->bytes[text->size++] = '\0';
        else
            add(text, atoms[first + rng_below(rng, range)]);
    }
}

/* A copy that ends where its allocation ends, so that AddressSanitizer notices a read past the end. */
static unsigned char *copy_exactly(const struct text *text, size_t size) {
    unsigned char *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, text->bytes, size);
    return copy;
}

/* --- tests --- */

/* What the texts contained, to be sure that the comparison covered everything. */
struct seen {
    uint64_t words, newlines, ill_formed, overlong, longest;
};

static void count_seen(struct seen *seen, const struct result *result) {
    seen->ill_formed += result->skipped.ill_formed;
    seen->overlong += result->skipped.overlong;
    for (size_t i = 0; i < result->size; i++) {
        seen->words += result->lengths[i] != NEWLINE;
        seen->newlines += result->lengths[i] == NEWLINE;
        seen->longest += result->lengths[i] == TOKEN_BYTES_MAX;
    }
}

static void random_texts_agree_with_a_plain_reading(struct test *test) {
    struct rng rng = rng_seed(1, 0);
    struct seen seen[RULES] = {{0}};
    for (size_t i = 0; i < TEXTS; i++) {
        struct text text;
        mix(&text, &rng);
        unsigned char *copy = copy_exactly(&text, text.size);
        const uint64_t offset = rng_below(&rng, 1000);
        for (size_t r = 0; r < RULES; r++) {
            struct result got = make_result(), expected = make_result();
            run_whole(&got, all_rules[r], copy, text.size, offset);
            run_plainly(&expected, all_rules[r], copy, text.size, offset);
            CHECK_MSG(test, same_results(&got, &expected), "text %zu, rules %zu", i, r);
            count_seen(&seen[r], &expected);
            free_result(&got);
            free_result(&expected);
        }
        free(copy);
    }
    for (size_t r = 0; r < RULES; r++)
        CHECK_MSG(test,
                  seen[r].words > 10000 && seen[r].newlines > 1000 && seen[r].ill_formed > 1000 &&
                      seen[r].overlong > 50 && seen[r].longest > 5,
                  "rules %zu: %llu words, %llu newlines, %llu ill-formed, %llu overlong, %llu longest", r,
                  (unsigned long long)seen[r].words, (unsigned long long)seen[r].newlines,
                  (unsigned long long)seen[r].ill_formed, (unsigned long long)seen[r].overlong,
                  (unsigned long long)seen[r].longest);
}

/* A byte after which a cut never splits a word. */
static bool separates(struct tokenizer_rules rules, unsigned char byte) {
    const enum character_kind kind = byte < 0x80 ? kind_of(byte) : WORD;
    return kind == BLANK || kind == NEWLINE_CHARACTER || (kind == OTHER && rules.kind == TOKENIZER_WORDS);
}

/* Feeds the tokenizer what tokenizer_cut() allows of windows of about `window` bytes, or larger ones where
 * nothing separates words. */
static size_t run_in_pieces(struct result *result, struct tokenizer_rules rules, const unsigned char *text,
                            size_t size, size_t window, uint64_t offset) {
    struct tokenizer tokenizer = {.skipped = {0}};
    size_t pieces = 0;
    for (size_t at = 0; at < size; pieces++) {
        size_t cut = size - at;
        for (size_t room = window; room < size - at; room *= 2) {
            bool inside;
            cut = tokenizer_cut(rules, text + at, room, &inside);
            if (cut > 0 && cut <= room && separates(rules, text[at + cut - 1]))
                break;
            cut = size - at;
        }
        run_piece(&tokenizer, result, rules, text + at, cut, offset + at);
        at += cut;
    }
    return pieces;
}

static void pieces_give_what_the_whole_gives(struct test *test) {
    struct rng rng = rng_seed(2, 0);
    size_t pieces = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        struct text text;
        mix(&text, &rng);
        unsigned char *copy = copy_exactly(&text, text.size);
        const size_t window = 1 + rng_below(&rng, 100);
        for (size_t r = 0; r < RULES; r++) {
            struct result got = make_result(), expected = make_result();
            pieces += run_in_pieces(&got, all_rules[r], copy, text.size, window, 7);
            run_whole(&expected, all_rules[r], copy, text.size, 7);
            CHECK_MSG(test, same_results(&got, &expected), "text %zu, rules %zu, window %zu", i, r, window);
            free_result(&got);
            free_result(&expected);
        }
        free(copy);
    }
    CHECK_MSG(test, pieces > RULES * TEXTS * 4, "%zu", pieces);
}

/* The end of the last newline, or else of the last separating byte; 0 if there is neither. */
static size_t plain_cut(struct tokenizer_rules rules, const unsigned char *text, size_t size) {
    size_t newline = 0, separator = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            newline = i + 1;
        if (separates(rules, text[i]))
            separator = i + 1;
    }
    return newline > 0 ? newline : separator;
}

/* The end of the last complete character that is in no word; 0 if there is none, or if only bytes
 * separate. */
static size_t plain_character_cut(struct tokenizer_rules rules, const unsigned char *text, size_t size) {
    struct character characters[TEXT_MAX + 1];
    size_t cut = 0;
    for (size_t i = 0, count = read_characters(text, size, characters); i < count; i++)
        if (rules.kind == TOKENIZER_WORDS && characters[i].kind == OTHER)
            cut = characters[i].at + characters[i].length;
    return cut;
}

/* The first character that ends at `at` or after it. */
static const struct character *character_at(const struct character *characters, size_t count, size_t at) {
    size_t i = 0;
    while (i < count && characters[i].at + characters[i].length < at)
        i++;
    return &characters[i];
}

/* Never inside a character, and after the last one if that is complete. */
static void check_cut_of_characters(struct test *test, const struct text *text, size_t size, size_t cut) {
    struct character characters[TEXT_MAX + 1];
    const size_t count = read_characters(text->bytes, text->size, characters);
    const struct character *last = character_at(characters, count, size);
    const struct character *before = character_at(characters, count, cut);
    const bool whole = last->at + last->length == size && last->kind != ILL_FORMED;
    CHECK_MSG(test, cut == 0 || before->at + before->length == cut, "%zu of %zu", cut, size);
    CHECK_MSG(test, whole ? cut == size : cut + 3 >= size, "%zu of %zu", cut, size);
}

/* True if nothing separated words, so that the cut could only respect characters. */
static bool check_cut(struct test *test, struct tokenizer_rules rules, const struct text *text, size_t size) {
    unsigned char *copy = copy_exactly(text, size);
    bool inside;
    const size_t cut = tokenizer_cut(rules, copy, size, &inside);
    size_t expected = plain_cut(rules, copy, size);
    if (expected == 0)
        expected = plain_character_cut(rules, copy, size);
    free(copy);
    CHECK_MSG(test, inside == (expected == 0), "%zu of %zu", cut, size);
    CHECK_MSG(test, cut <= size && (cut > 0 || size < 4), "%zu of %zu", cut, size);
    if (expected > 0) {
        CHECK_MSG(test, cut == expected, "%zu of %zu, not %zu", cut, size, expected);
        return false;
    }
    check_cut_of_characters(test, text, size, cut);
    return true;
}

static void cuts_are_where_they_should_be(struct test *test) {
    struct rng rng = rng_seed(3, 0);
    size_t unseparated = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        struct text text;
        mix(&text, &rng);
        for (size_t size = 1; size < text.size && size < 30; size++)
            unseparated += check_cut(test, all_rules[rng_below(&rng, RULES)], &text, size);
    }
    CHECK_MSG(test, unseparated > 1000, "%zu", unseparated);
}

/* A token that is longer than any piece is skipped: its first piece counts it, the rest is silent. */
static void rest_of_an_overlong_token(struct test *test) {
    const unsigned char text[] = "acgt acgt";
    for (size_t r = 0; r < RULES; r++) {
        struct tokenizer tokenizer = {.skipped = {0}};
        tokenizer_start(&tokenizer, all_rules[r], text, sizeof text - 1, 100);
        tokenizer.inside = true;
        CHECK(test, tokenizer_next(&tokenizer) == TOKEN_WORD && tokenizer.token == text + 5);
        CHECK(test, tokenizer_next(&tokenizer) == TOKEN_END && tokenizer.skipped.overlong == 0);
    }
}

/* It goes on with what can't begin a word, too. */
static void the_rest_may_begin_with_a_mark(struct test *test) {
    const char *const texts[] = {"\u0301a b", "\u00ada b", "\u200da b", " b", "\u0301 b"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct tokenizer tokenizer = {.skipped = {0}};
        const size_t length = strlen(texts[i]);
        tokenizer_start(&tokenizer, all_rules[0], (const unsigned char *)texts[i], length, 0);
        tokenizer.inside = true;
        CHECK_MSG(test, tokenizer_next(&tokenizer) == TOKEN_WORD && tokenizer.length == 1, "%s", texts[i]);
        CHECK_MSG(test, tokenizer.token[0] == 'b' && tokenizer_next(&tokenizer) == TOKEN_END, "%s", texts[i]);
    }
}

/* The words, each followed by a bar, and a slash for each newline. */
static void print_result(char *line, const struct result *result) {
    const unsigned char *word = result->bytes;
    for (size_t i = 0; i < result->size; i++) {
        const bool newline = result->lengths[i] == NEWLINE;
        const size_t length = newline ? 0 : result->lengths[i];
        memcpy(line, word, length);
        line[length] = newline ? '/' : '|';
        line += length + 1;
        word += length;
    }
    *line = '\0';
}

struct example {
    size_t rules;
    const char *text, *expected;
};

static void examples(struct test *test) {
    const struct example table[] = {
        {0, "It's the dogs' 'tis rock-'n'-roll", "it's|the|dogs|tis|rock|n|roll|"},
        {0, "well-known a--b snake_case _x_ -", "well-known|a|b|snake_case|x|"},
        {0, "Don’t ‘quote’ it", "don't|quote|it|"},
        {1, "Don’t Stop", "Don't|Stop|"},
        {0, "3.14 B2B 1,000", "3|14|b2b|1|000|"},
        {0, "Straße NAÏVE cafe\xcc\x81", "straße|naïve|café|"},
        {0, "ΣΊΣΥΦΟΣ Σίσυφος Москва", "σίσυφοσ|σίσυφοσ|москва|"},
        {0, "東京。大阪, ひらがな・カタカナ", "東京|大阪|ひらがな|カタカナ|"},
        {0, "a\r\nb\n\nc\rd", "a|/b|//c|d|"},
        {0, "x\xffy \xe2\x82z x\xe2\x82'y", "x|y|z|x|y|"},
        {0, "\xef\xbb\xbfmark x\xc2\xa0y x\xc2\xady", "mark|x|y|xy|"},
        {0, "کتاب\u200cها می\u200c \u200cخواهم", "کتاب\u200cها|می|خواهم|"},
        {0, "ශ්\u200dරී a\u200c\u200db a\u200c-\u200db", "ශ්\u200dරී|a\u200cb|a-b|"},
        {0, "Haupt\u00adstadt\u00ad \u00ad- a\u2060b \u05d0\u200f\u05d1", "hauptstadt|ab|\u05d0\u05d1|"},
        {0, "well\u2010known non\u2011breaking a\u2010\u2011b", "well-known|non-breaking|a|b|"},
        {0, "☀\ufe0f \u0301 a-\u0301b 1\ufe0f\u20e3 ❤\ufe0f\u200d🔥 \u093fक", "a|b|1\ufe0f\u20e3|क|"},
        {0, "e\u00ad\u0301 E\u0323\u0302 e\u0302\u0323 \u1ec6", "é|ệ|ệ|ệ|"},
        {0, "\u1112\u1161\u11ab\u1100\u116e\u11a8 I\u0307 J\u030c", "한국|i|ǰ|"},
        {1, "E\u0301 \u212b \u0958", "É|Å|\u0915\u093c|"},
        {2, "e\u0301 \u00ada\u00ad \u2010", "e\u0301|\u00ada\u00ad|\u2010|"},
        {2, "Don't, stop!\tÄ\n'x' --", "Don't,|stop!|Ä|/'x'|--|"},
        {2, "x\xc2\xa0y x\xffy\xe4\xb8\r\n", "x\xc2\xa0y|x|y|/"},
        {0, "", ""},
        {2, " \t\v\f\r ", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct result result = make_result();
        char line[256];
        run_whole(&result, all_rules[table[i].rules], (const unsigned char *)table[i].text,
                  strlen(table[i].text), 0);
        print_result(line, &result);
        CHECK_MSG(test, strcmp(line, table[i].expected) == 0, "%s: %s, not %s", table[i].text, line,
                  table[i].expected);
        free_result(&result);
    }
}

struct repeated {
    size_t rules;
    const char *atom;
    size_t times, bytes; /* of the resulting word; 0 if it is too long */
};

static void words_as_long_as_can_be(struct test *test) {
    const struct repeated table[] = {
        {0, "a", 1000, 1000},
        {0, "a", 1001, 0},
        {0, "A", 1000, 1000},
        {0, "A", 1001, 0},
        {2, "a", 1000, 1000},
        {2, "a", 1001, 0},
        {2, "中", 333, 999},
        {2, "中", 334, 0},
        {0, "\xe2\x84\xaa", 1000, 1000},
        {1, "\xe2\x84\xaa", 1001, 0}, /* a K of 3 bytes, which is a K */
        {0, "\xc8\xba", 333, 999},
        {0, "\xc8\xba", 334, 0}, /* 2 bytes fold to 3 */
        {1, "\xc8\xba", 500, 1000},
        {1, "\xc8\xba", 501, 0},
        {0, "e\xcc\x81", 500, 1000},
        {0, "e\xcc\x81", 501, 0}, /* 3 bytes, composed to 2 */
        {0, "I\xcc\x87", 1000, 1000},
        {0, "I\xcc\x87", 1001, 0}, /* U+0130, which folds to i */
        {0, "a\xc2\xad", 1000, 1000},
        {0, "a\xc2\xad", 1001, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct text text = {.size = 0};
        for (size_t j = 0; j < table[i].times; j++)
            add(&text, table[i].atom);
        add(&text, " end");
        struct result result = make_result();
        run_whole(&result, all_rules[table[i].rules], text.bytes, text.size, 0);
        const bool fits = table[i].bytes > 0;
        CHECK_MSG(test, result.skipped.overlong == !fits, "row %zu", i);
        CHECK_MSG(test, result.size == 1u + fits && result.lengths[fits] == 3, "row %zu: %zu", i,
                  result.size);
        CHECK_MSG(test, !fits || result.lengths[0] == table[i].bytes, "row %zu: %zu", i, result.lengths[0]);
        free_result(&result);
    }
}

static void the_end_stays_the_end(struct test *test) {
    struct tokenizer tokenizer = {.skipped = {0}};
    tokenizer_start(&tokenizer, all_rules[0], (const unsigned char *)"a", 1, 0);
    CHECK(test, tokenizer_next(&tokenizer) == TOKEN_WORD);
    CHECK(test, tokenizer_next(&tokenizer) == TOKEN_END);
    CHECK(test, tokenizer_next(&tokenizer) == TOKEN_END);
}

struct typed {
    size_t rules;
    const char *word, *normal; /* NULL: it is not one word */
};

static void typed_words_get_the_vocabulary_s_form(struct test *test) {
    const struct typed table[] = {
        {0, "King", "king"},   {1, "King", "King"},   {2, "King", "King"},   {0, " king! ", "king"},
        {0, "ÉTÉ", "été"},     {0, "Don’t", "don't"}, {2, "Don’t", "Don’t"}, {0, "new-york", "new-york"},
        {0, "new york", NULL}, {0, "a--b", NULL},     {2, "a--b", "a--b"},   {2, "new york", NULL},
        {0, "", NULL},         {0, "?!", NULL},       {2, "?!", "?!"},       {0, "king\n", NULL},
        {0, "\nking", NULL},   {0, "\xff", NULL},     {2, "\xff", NULL},     {2, " \t", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char normal[TOKEN_BYTES_MAX + 1] = "before";
        const bool done = tokenizer_normalize(all_rules[table[i].rules], table[i].word, normal);
        CHECK_MSG(test, done == (table[i].normal != NULL), "row %zu: %s", i, table[i].word);
        CHECK_MSG(test, strcmp(normal, table[i].normal != NULL ? table[i].normal : "") == 0, "row %zu: %s", i,
                  normal);
    }
}

static void the_longest_typed_words(struct test *test) {
    char word[TOKEN_BYTES_MAX + 2], normal[TOKEN_BYTES_MAX + 1];
    memset(word, 'A', sizeof word);
    word[TOKEN_BYTES_MAX + 1] = '\0';
    CHECK(test, !tokenizer_normalize(all_rules[0], word, normal));
    word[TOKEN_BYTES_MAX] = '\0';
    CHECK(test, tokenizer_normalize(all_rules[0], word, normal));
    CHECK(test, strspn(normal, "a") == TOKEN_BYTES_MAX && normal[TOKEN_BYTES_MAX] == '\0');
}

/* Every word of a vocabulary can be asked for. */
static void check_normal(struct test *test, const struct result *result, struct tokenizer_rules rules) {
    const unsigned char *at = result->bytes;
    for (size_t i = 0; i < result->size; i++) {
        if (result->lengths[i] == NEWLINE)
            continue;
        char word[TOKEN_BYTES_MAX + 1], normal[TOKEN_BYTES_MAX + 1];
        memcpy(word, at, result->lengths[i]);
        word[result->lengths[i]] = '\0';
        at += result->lengths[i];
        CHECK_MSG(test, tokenizer_normalize(rules, word, normal) && strcmp(word, normal) == 0, "%s: %s", word,
                  normal);
    }
}

static void a_token_is_its_own_normal_form(struct test *test) {
    struct rng rng = rng_seed(4, 0);
    for (size_t i = 0; i < TEXTS / 4; i++) {
        struct text text;
        mix(&text, &rng);
        for (size_t r = 0; r < RULES; r++) {
            struct result result = make_result();
            run_whole(&result, all_rules[r], text.bytes, text.size, 0);
            check_normal(test, &result, all_rules[r]);
            free_result(&result);
        }
    }
}

static const struct test_case cases[] = {
    {"tokenizer: examples", examples},
    {"tokenizer: words as long as can be", words_as_long_as_can_be},
    {"tokenizer: the end stays the end", the_end_stays_the_end},
    {"tokenizer: random texts agree with a plain reading", random_texts_agree_with_a_plain_reading},
    {"tokenizer: pieces give what the whole gives", pieces_give_what_the_whole_gives},
    {"tokenizer: the rest of an overlong token is no word", rest_of_an_overlong_token},
    {"tokenizer: the rest may begin with a mark", the_rest_may_begin_with_a_mark},
    {"tokenizer: cuts are where they should be", cuts_are_where_they_should_be},
    {"tokenizer: typed words get the vocabulary's form", typed_words_get_the_vocabulary_s_form},
    {"tokenizer: the longest typed words", the_longest_typed_words},
    {"tokenizer: a token is its own normal form", a_token_is_its_own_normal_form},
};

TEST_MAIN(cases)
