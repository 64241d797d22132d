/* Text made fit to be shown to people. A word from a file may hold anything, and a terminal obeys what it is
 * sent. So control characters (C0, DEL, C1), line and paragraph separators, and what turns the direction of
 * writing around (U+202A to U+202E, U+2066 to U+2069) are replaced by what a programmer would write: \n, \t,
 * \r, \x1b, \u202e. A byte from 0x80 to 0x9f that is not part of UTF-8 is replaced, too, since some terminals
 * take it for a control character. All else stays as it is, a backslash too. Thread-safe. */
#ifndef SGNS_TEXT_SHOW_H
#define SGNS_TEXT_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a code point is one of those that are replaced. */
bool show_hidden(uint32_t code_point);

struct shown {
    const char *text;    /* what to print: points into the text itself or to `room`; not ended by a NUL */
    size_t length;       /* bytes of it, 1 to 6 */
    uint32_t code_point; /* of a character that stays as it is; SHOW_BYTE for a byte that is not UTF-8; 0 for
                            what is replaced, by one ASCII character for each of the `length` bytes */
    char room[8];
};

#define SHOW_BYTE UINT32_MAX

/* Fills `shown` for the first character of text[0 .. length), of which there is at least one byte, and
 * returns how many bytes of the text it stands for. */
size_t show_next(const char *text, size_t length, struct shown *shown);

/* Fills `room` (size bytes, at least 4) with the text as shown, ended by a NUL. One that is too long is cut
 * between two characters and ends with "...". */
void show_text(const char *text, size_t length, char *room, size_t size);

#endif
