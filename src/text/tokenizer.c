#include "text/tokenizer.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "text/unicode.h"
#include "text/utf8.h"

#define RIGHT_SINGLE_QUOTE 0x2019u /* the typographic apostrophe */
#define HYPHEN 0x2010u
#define NON_BREAKING_HYPHEN 0x2011u

/* What a byte tells by itself. */
enum byte_class {
    BYTE_SEPARATOR = 0, /* ASCII that neither belongs to a word nor joins two parts of one */
    BYTE_BLANK,         /* a separator that is white space or NUL */
    BYTE_NEWLINE,
    BYTE_PLAIN,  /* lower-case letter or digit: copied to words unchanged */
    BYTE_UPPER,  /* upper-case letter */
    BYTE_JOINER, /* ' - _ */
    BYTE_HIGH,   /* part of a multi-byte UTF-8 sequence, or ill-formed */
};

#define P BYTE_PLAIN
#define U BYTE_UPPER
#define J BYTE_JOINER
#define B BYTE_BLANK
#define N BYTE_NEWLINE
#define H BYTE_HIGH
#define H16 H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H
static const unsigned char byte_classes[256] = {
    B,   0,   0,   0,   0,   0,   0,   0,   0, B, N, B, B, B, 0, 0, /* NUL, \t \n \v \f \r */
    0,   0,   0,   0,   0,   0,   0,   0,   0, 0, 0, 0, 0, 0, 0, 0, /**/
    B,   0,   0,   0,   0,   0,   0,   J,   0, 0, 0, 0, 0, J, 0, 0, /* blank ' - */
    P,   P,   P,   P,   P,   P,   P,   P,   P, P, 0, 0, 0, 0, 0, 0, /* 0 to 9 */
    0,   U,   U,   U,   U,   U,   U,   U,   U, U, U, U, U, U, U, U, /**/
    U,   U,   U,   U,   U,   U,   U,   U,   U, U, U, 0, 0, 0, 0, J, /* Z _ */
    0,   P,   P,   P,   P,   P,   P,   P,   P, P, P, P, P, P, P, P, /**/
    P,   P,   P,   P,   P,   P,   P,   P,   P, P, P, 0, 0, 0, 0, 0, /* z */
    H16, H16, H16, H16, H16, H16, H16, H16,
};
#undef P
#undef U
#undef J
#undef B
#undef N
#undef H
#undef H16

void tokenizer_start(struct tokenizer *tokenizer, struct tokenizer_rules rules, const unsigned char *piece,
                     size_t size, uint64_t offset) {
    tokenizer->rules = rules;
    tokenizer->start = tokenizer->at = piece;
    tokenizer->end = piece + size;
    tokenizer->offset = offset;
    tokenizer->inside = false;
}

static void count_ill_formed(struct tokenizer *tokenizer) {
    if (tokenizer->skipped.ill_formed++ == 0)
        tokenizer->skipped.ill_formed_first = tokenizer->offset +
                                              (uint64_t)(tokenizer->at - tokenizer->start);
}

/* --- sixteen bytes at a time --- */

#define STEP 16

/* Signed, so that bytes beyond ASCII are negative and in none of the ranges. */
typedef signed char bytes __attribute__((vector_size(STEP)));

static bytes are_plain(bytes all) {
    return ((all >= 'a') & (all <= 'z')) | ((all >= '0') & (all <= '9'));
}

static bytes are_visible(bytes all) {
    return (all >= '!') & (all <= '~');
}

/* The number of leading bytes with all bits set. Each byte has either all or none. */
static size_t leading_ones(bytes ones) {
#if defined(__SSE2__)
    return (size_t)__builtin_ctz(~(unsigned)_mm_movemask_epi8((__m128i)ones));
#else
    uint64_t halves[2];
    memcpy(halves, &ones, sizeof halves);
    return halves[0] != UINT64_MAX   ? (size_t)__builtin_ctzll(~halves[0]) / 8
           : halves[1] != UINT64_MAX ? (size_t)__builtin_ctzll(~halves[1]) / 8 + 8
                                     : STEP;
#endif
}

/* Skips bytes of that kind while sixteen at a time can be read; the caller goes on byte by byte. Hardly any
 * word is longer, so there are few branches to mispredict. */
static const unsigned char *skip_sixteens(const unsigned char *at, const unsigned char *end,
                                          bytes (*kind)(bytes all)) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    while (end - at >= STEP) {
        bytes all;
        memcpy(&all, at, sizeof all);
        const size_t count = leading_ones(kind(all));
        at += count;
        if (count < STEP)
            break;
    }
#endif
    return at;
}

/* A word that needs no copy. */
static void set_token(struct tokenizer *tokenizer, const unsigned char *start, const unsigned char *end) {
    tokenizer->token = start;
    tokenizer->length = (size_t)(end - start);
    tokenizer->at = end;
}

/* --- words --- */

/* What a character is to a word. */
enum character_kind {
    CHARACTER_LETTER,
    CHARACTER_MARK,    /* behind a letter, digit or mark, it is part of the word */
    CHARACTER_HYPHEN,  /* stays between two parts of a word: an apostrophe, hyphen or underscore */
    CHARACTER_JOINER,  /* stays, too, but has no width and so can't be told from nothing */
    CHARACTER_IGNORED, /* a word goes on behind it as if it were not there */
    CHARACTER_OTHER,
    CHARACTER_ILL_FORMED
};

struct character {
    uint32_t code_point;
    size_t length; /* bytes, also of ill-formed ones */
    enum character_kind kind;
    bool ordered, unstable; /* as unicode_kind() says */
};

static const enum character_kind kinds[UNICODE_UNSTABLE] = {
    [UNICODE_OTHER] = CHARACTER_OTHER,   [UNICODE_LETTER] = CHARACTER_LETTER,
    [UNICODE_MARK] = CHARACTER_MARK,     [UNICODE_ORDERED_MARK] = CHARACTER_MARK,
    [UNICODE_JOINER] = CHARACTER_JOINER, [UNICODE_IGNORED] = CHARACTER_IGNORED,
};

static enum character_kind ascii_kind(uint32_t code_point) {
    const unsigned char class = byte_classes[code_point];
    return class == BYTE_PLAIN || class == BYTE_UPPER ? CHARACTER_LETTER
           : class == BYTE_JOINER                     ? CHARACTER_HYPHEN
                                                      : CHARACTER_OTHER;
}

/* Reads the character at `at`. Typographic apostrophes and hyphens become those of ASCII. */
static struct character read_character(const struct tokenizer *tokenizer, const unsigned char *at) {
    struct character character = {.kind = CHARACTER_ILL_FORMED};
    const int decoded = utf8_decode(at, tokenizer->end, &character.code_point);
    character.length = (size_t)(decoded > 0 ? decoded : -decoded);
    if (decoded < 0)
        return character;
    if (character.code_point == RIGHT_SINGLE_QUOTE)
        character.code_point = '\'';
    if (character.code_point == HYPHEN || character.code_point == NON_BREAKING_HYPHEN)
        character.code_point = '-';
    if (character.code_point < 0x80) {
        character.kind = ascii_kind(character.code_point);
        return character;
    }
    const unsigned kind = unicode_kind(character.code_point);
    character.kind = kinds[kind % UNICODE_UNSTABLE];
    character.ordered = kind == UNICODE_ORDERED_MARK;
    character.unstable = (kind & UNICODE_UNSTABLE) != 0;
    return character;
}

/* A walk along a word, from letter to letter; marks count as letters. */
struct walk {
    const unsigned char *at;  /* behind the last character read */
    const unsigned char *end; /* behind the last letter */
    uint32_t joiner;          /* what joins the last letter to the one before; 0: nothing */
};

/* Goes on to the next letter; false at the end of the word. */
static bool walk_on(const struct tokenizer *tokenizer, struct walk *walk, struct character *letter) {
    bool hyphen = false;
    walk->joiner = 0;
    while (walk->at < tokenizer->end) {
        *letter = read_character(tokenizer, walk->at);
        const enum character_kind kind = letter->kind;
        if (kind >= CHARACTER_OTHER || (hyphen && (kind == CHARACTER_HYPHEN || kind == CHARACTER_MARK)))
            return false;
        walk->at += letter->length;
        if (kind == CHARACTER_LETTER || kind == CHARACTER_MARK) {
            walk->end = walk->at;
            return true;
        }
        hyphen |= kind == CHARACTER_HYPHEN;
        if (kind == CHARACTER_HYPHEN || (kind == CHARACTER_JOINER && walk->joiner == 0))
            walk->joiner = letter->code_point;
    }
    return false;
}

/* Appends to `folded` until the length is above TOKEN_BYTES_MAX, which marks the token as too long. */
static void append(struct tokenizer *tokenizer, uint32_t code_point) {
    if (tokenizer->length > TOKEN_BYTES_MAX)
        return;
    if (code_point < 0x80)
        tokenizer->folded[tokenizer->length++] = (unsigned char)code_point;
    else
        tokenizer->length += utf8_encode(code_point, tokenizer->folded + tokenizer->length);
}

/* A token of TOKEN_BYTES_MAX bytes was made of at most twice as many code points: the capital I and the dot
 * above, which are composed (U+0130), fold to the one byte of i. */
#define POINTS_MAX ((size_t)2 * TOKEN_BYTES_MAX)

/* Brings the word that begins at `start` into normalization form C. Few words need it. */
__attribute__((noinline)) static void compose_word(struct tokenizer *tokenizer, const unsigned char *start) {
    uint32_t points[NORMALIZE_PARTS * (POINTS_MAX + 2)];
    struct walk walk = {.at = start, .end = start};
    struct character letter;
    size_t count = 0;
    while (count <= POINTS_MAX && walk_on(tokenizer, &walk, &letter)) {
        if (walk.joiner != 0)
            points[count++] = walk.joiner;
        points[count++] = letter.code_point;
    }
    tokenizer->length = TOKEN_BYTES_MAX + 1;
    if (count > POINTS_MAX)
        return;
    count = tokenizer->rules.keep_case ? normalize_compose(points, count) : normalize_fold(points, count);
    tokenizer->length = 0;
    for (size_t i = 0; i < count; i++)
        append(tokenizer, points[i]);
}

/* Copies and folds letters that normalization leaves alone, nearly all there are; returns where they end. */
static const unsigned char *copy_letters(struct tokenizer *tokenizer, const unsigned char *at) {
    const bool keep_case = tokenizer->rules.keep_case;
    while (at < tokenizer->end) {
        const unsigned char class = byte_classes[*at];
        uint32_t code_point = *at;
        int length = 1;
        if (class == BYTE_UPPER && !keep_case)
            code_point += 'a' - 'A';
        else if (class == BYTE_HIGH) {
            length = utf8_decode(at, tokenizer->end, &code_point);
            if (length < 0 || unicode_kind(code_point) != UNICODE_LETTER)
                break;
            code_point = keep_case ? code_point : unicode_fold(code_point);
        } else if (class < BYTE_PLAIN || class == BYTE_JOINER)
            break;
        append(tokenizer, code_point);
        at += length;
    }
    return at;
}

/* Copies and folds the word that begins at `start`; stops after its last letter. */
static void scan_folded(struct tokenizer *tokenizer, const unsigned char *start) {
    struct walk walk = {.end = start};
    struct character letter;
    bool ordered = false, unstable = false;
    tokenizer->token = tokenizer->folded;
    tokenizer->length = 0;
    for (;;) {
        walk.at = copy_letters(tokenizer, walk.end);
        ordered &= walk.at == walk.end;
        walk.end = walk.at;
        if (!walk_on(tokenizer, &walk, &letter))
            break;
        if (walk.joiner != 0)
            append(tokenizer, walk.joiner);
        append(tokenizer, tokenizer->rules.keep_case ? letter.code_point : unicode_fold(letter.code_point));
        unstable |= letter.unstable || (letter.ordered && ordered && walk.joiner == 0);
        ordered = letter.ordered;
    }
    tokenizer->at = walk.end;
    if (unstable)
        compose_word(tokenizer, start);
}

/* Scans the word at tokenizer->at. Most words are plain and need no copy. */
static void scan_word(struct tokenizer *tokenizer) {
    const unsigned char *start = tokenizer->at, *end = tokenizer->end;
    const unsigned char *at = skip_sixteens(start, end, are_plain);
    while (at < end && byte_classes[*at] == BYTE_PLAIN)
        at++;
    if (at < end && byte_classes[*at] > BYTE_PLAIN) {
        scan_folded(tokenizer, start);
        return;
    }
    set_token(tokenizer, start, at);
}

/* Is there a word at tokenizer->at? If not, skips what is there. Not called at a newline. */
static bool at_word(struct tokenizer *tokenizer) {
    const unsigned char class = byte_classes[*tokenizer->at];
    if (class == BYTE_PLAIN || class == BYTE_UPPER)
        return true;
    if (class != BYTE_HIGH) {
        tokenizer->at++;
        return false;
    }
    const struct character character = read_character(tokenizer, tokenizer->at);
    if (character.kind == CHARACTER_LETTER)
        return true;
    if (character.kind == CHARACTER_ILL_FORMED)
        count_ill_formed(tokenizer);
    tokenizer->at += character.length;
    return false;
}

/* --- whitespace --- */

static bool at_token(struct tokenizer *tokenizer) {
    const unsigned char class = byte_classes[*tokenizer->at];
    if (class == BYTE_BLANK) {
        tokenizer->at++;
        return false;
    }
    uint32_t code_point;
    const int length = class == BYTE_HIGH ? utf8_decode(tokenizer->at, tokenizer->end, &code_point) : 1;
    if (length > 0)
        return true;
    count_ill_formed(tokenizer);
    tokenizer->at -= length;
    return false;
}

static void scan_token(struct tokenizer *tokenizer) {
    const unsigned char *start = tokenizer->at, *end = tokenizer->end;
    const unsigned char *at = skip_sixteens(start, end, are_visible);
    while (at < end) {
        const unsigned char class = byte_classes[*at];
        if (class == BYTE_BLANK || class == BYTE_NEWLINE)
            break;
        uint32_t code_point;
        const int length = class == BYTE_HIGH ? utf8_decode(at, end, &code_point) : 1;
        if (length < 0)
            break;
        at += length;
    }
    set_token(tokenizer, start, at);
}

/* --- tokens --- */

/* Skips the rest of the overlong token that the piece begins in, if it has not been passed already. */
static void skip_rest(struct tokenizer *tokenizer) {
    tokenizer->inside = false;
    if (tokenizer->at > tokenizer->start)
        return;
    if (tokenizer->rules.kind == TOKENIZER_WORDS)
        scan_folded(tokenizer, tokenizer->start);
    else
        scan_token(tokenizer);
}

/* Not inlined, so that common words need not save the registers this uses. */
__attribute__((noinline)) static enum token_kind next_of_any(struct tokenizer *tokenizer) {
    const bool words = tokenizer->rules.kind == TOKENIZER_WORDS;
    if (tokenizer->inside)
        skip_rest(tokenizer);
    while (tokenizer->at < tokenizer->end) {
        if (*tokenizer->at == '\n') {
            tokenizer->at++;
            return TOKEN_NEWLINE;
        }
        if (words ? !at_word(tokenizer) : !at_token(tokenizer))
            continue;
        if (words)
            scan_word(tokenizer);
        else
            scan_token(tokenizer);
        if (tokenizer->length <= TOKEN_BYTES_MAX)
            return TOKEN_WORD;
        tokenizer->skipped.overlong++;
    }
    return TOKEN_END;
}

/* Most words follow a blank and are plain or visible ASCII. Returns false, and does nothing, if the next one
 * is different. */
static bool take_common(struct tokenizer *tokenizer) {
    if (tokenizer->at == tokenizer->end || *tokenizer->at != ' ')
        return false;
    const bool words = tokenizer->rules.kind == TOKENIZER_WORDS;
    const unsigned char *start = tokenizer->at + 1;
    const unsigned char *at = words ? skip_sixteens(start, tokenizer->end, are_plain)
                                    : skip_sixteens(start, tokenizer->end, are_visible);
    if (at == start || at == tokenizer->end || at - start > TOKEN_BYTES_MAX)
        return false;
    const unsigned char class = byte_classes[*at];
    if (class > BYTE_NEWLINE || (!words && class == BYTE_SEPARATOR))
        return false;
    set_token(tokenizer, start, at);
    return true;
}

enum token_kind tokenizer_next(struct tokenizer *tokenizer) {
    return take_common(tokenizer) ? TOKEN_WORD : next_of_any(tokenizer);
}

/* --- cuts --- */

/* Where the last complete character ends; `size` if the bytes end with one, or are ill-formed anyway. */
static size_t cut_character(const unsigned char *piece, size_t size) {
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        const unsigned char byte = piece[size - back];
        if ((byte & 0xc0) == 0x80)
            continue;
        const size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        return length > back ? size - back : size;
    }
    return size;
}

/* The end of the last character that neither belongs to a word nor joins two parts of one; 0 if there is
 * none. */
static size_t cut_other(const unsigned char *piece, size_t size) {
    for (size_t end = size; end > 0;) {
        size_t start = end - 1;
        while (start > 0 && end - start < 4 && (piece[start] & 0xc0) == 0x80)
            start--;
        const struct tokenizer all = {.end = piece + end};
        const struct character character = read_character(&all, piece + start);
        const bool complete = character.length == end - start;
        if (complete && character.kind == CHARACTER_OTHER)
            return end;
        end = complete ? start : end - 1;
    }
    return 0;
}

size_t tokenizer_cut(struct tokenizer_rules rules, const unsigned char *piece, size_t size, bool *inside) {
    *inside = false;
    const unsigned char *newline = memrchr(piece, '\n', size);
    if (newline != NULL)
        return (size_t)(newline - piece) + 1;
    for (size_t i = size; i > 0; i--) {
        const unsigned char class = byte_classes[piece[i - 1]];
        if (class == BYTE_BLANK || (rules.kind == TOKENIZER_WORDS && class == BYTE_SEPARATOR))
            return i;
    }
    const size_t complete = cut_character(piece, size);
    const size_t other = rules.kind == TOKENIZER_WORDS ? cut_other(piece, complete) : 0;
    *inside = other == 0;
    return other > 0 ? other : complete;
}

bool tokenizer_normalize(struct tokenizer_rules rules, const char *word, char *normal) {
    struct tokenizer tokenizer = {.skipped = {0}};
    normal[0] = '\0';
    tokenizer_start(&tokenizer, rules, (const unsigned char *)word, strlen(word), 0);
    if (tokenizer_next(&tokenizer) != TOKEN_WORD)
        return false;
    char first[TOKEN_BYTES_MAX + 1];
    const size_t length = tokenizer.length;
    memcpy(first, tokenizer.token, length);
    first[length] = '\0';
    if (tokenizer_next(&tokenizer) != TOKEN_END)
        return false;
    memcpy(normal, first, length + 1);
    return true;
}
