#include "text/content.h"

#include <stdint.h>
#include <string.h>

#include "text/decompress.h"
#include "text/utf8.h"

/* A text is refused if it has so many ill-formed sequences, at least one in so many bytes, and more of them
 * than characters beyond ASCII. German has an umlaut every 70 bytes, an English text in Latin-1 an accent in
 * some thousands. */
#define ILL_FORMED_MIN 10
#define ILL_FORMED_BYTES 500

static bool begins_with(const unsigned char *start, size_t size, const char *bytes, size_t length) {
    return size >= length && memcmp(start, bytes, length) == 0;
}

/* What a reader of compressed files has not unpacked. */
static bool check_compressed(const char *name, const unsigned char *start, size_t size, struct error *error) {
    const enum decompress_format format = decompress_find(start, size);
    if (format != DECOMPRESS_NONE)
        return error_set(error, ERROR_INPUT,
                         "%s: a file compressed by %s inside of another; unpack the outer one first", name,
                         decompress_program(format));
    if (begins_with(start, size, "PK\x03\x04", 4))
        return error_set(error, ERROR_INPUT,
                         "%s: a zip archive; unpack it into a pipe: unzip -p FILE | sgns train - ...", name);
    return true;
}

/* What the bytes are, counted. */
struct counts {
    size_t zeros[2];                /* NUL bytes at even and odd places */
    size_t controls;                /* other control characters that no text needs */
    size_t well_formed, ill_formed; /* sequences beyond ASCII */
};

/* The last bytes may be a part of a character and are left out. */
static struct counts count(const unsigned char *start, size_t size) {
    struct counts counts = {.controls = 0};
    const unsigned char *at = start, *end = start + size;
    while (end - at > 3) {
        uint32_t code_point;
        const int length = utf8_decode(at, end, &code_point);
        counts.ill_formed += length < 0;
        counts.well_formed += length > 1;
        counts.zeros[(at - start) % 2] += *at == 0;
        counts.controls += *at > 0 && *at < ' ' && (*at < '\t' || *at > '\r');
        at += length < 0 ? -length : length;
    }
    return counts;
}

/* UTF-16 without a mark: letters of Latin scripts and blanks have a NUL byte, always on the same side. NULL
 * if it is something else. */
static const char *guess_utf16(const struct counts *counts, size_t size) {
    for (int side = 0; side < 2; side++)
        if (size >= 32 && counts->zeros[side] > size / 20 &&
            counts->zeros[1 - side] < counts->zeros[side] / 20)
            return side == 0 ? "UTF-16BE" : "UTF-16LE";
    return NULL;
}

static const char *find_encoding(const struct counts *counts, const unsigned char *start, size_t size) {
    if (begins_with(start, size, "\xff\xfe\0", 4) || begins_with(start, size, "\0\0\xfe\xff", 4))
        return "UTF-32";
    if (begins_with(start, size, "\xff\xfe", 2) || begins_with(start, size, "\xfe\xff", 2))
        return "UTF-16";
    return guess_utf16(counts, size);
}

bool content_check(const char *name, const unsigned char *start, size_t size, struct error *error) {
    const struct counts counts = count(start, size);
    const char *encoding = find_encoding(&counts, start, size);
    const size_t zeros = counts.zeros[0] + counts.zeros[1];
    const bool ill_formed = counts.ill_formed >= ILL_FORMED_MIN && counts.ill_formed > counts.well_formed &&
                            counts.ill_formed > size / ILL_FORMED_BYTES;
    if (!check_compressed(name, start, size, error))
        return false;
    if (encoding != NULL)
        return error_set(error, ERROR_INPUT,
                         "%s: looks like %s, and only UTF-8 is read; convert it: iconv -f %s -t UTF-8", name,
                         encoding, encoding);
    if (counts.controls > size / 10 || zeros > size / 2 ||
        (ill_formed && zeros + counts.controls > size / 50))
        return error_set(error, ERROR_INPUT, "%s: looks like a binary file; a corpus is UTF-8 text", name);
    if (ill_formed)
        return error_set(error, ERROR_INPUT,
                         "%s: not UTF-8: of its first %zu bytes, %zu sequences are ill-formed; if it is "
                         "Latin-1, convert it: iconv -f LATIN1 -t UTF-8",
                         name, size, counts.ill_formed);
    return true;
}

/* --- text without spaces --- */

/* Once they are segmented, words of these scripts have 2 to 4 characters on average; what stands between two
 * commas has 8 or more. */
#define UNSEGMENTED_MEAN 6

static bool is_unspaced(uint32_t code_point) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0xe00, 0xeff},     /* Thai, Lao */
        {0x1000, 0x109f},   /* Burmese */
        {0x1780, 0x17ff},   /* Khmer */
        {0x3040, 0x30ff},   /* Hiragana, Katakana */
        {0x3400, 0x9fff},   /* Chinese characters */
        {0xf900, 0xfaff},   /* and more of them */
        {0x20000, 0x3ffff}, /* and more */
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    return false;
}

static size_t count_characters(const unsigned char *word, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += (word[i] & 0xc0) != 0x80;
    return count;
}

bool content_unsegmented(const struct dictionary *words) {
    double all = 0, unspaced = 0, characters = 0;
    for (size_t id = 0; id < words->size; id++) {
        const struct dictionary_entry *entry = &words->entries[id];
        const unsigned char *word = (const unsigned char *)words->text + words->origins[id].start;
        uint32_t code_point;
        all += (double)entry->count;
        if (entry->length < 3 || utf8_decode(word, word + entry->length, &code_point) < 3 ||
            !is_unspaced(code_point))
            continue;
        unspaced += (double)entry->count;
        characters += (double)entry->count * (double)count_characters(word, entry->length);
    }
    return unspaced > all / 2 && characters > UNSEGMENTED_MEAN * unspaced;
}
